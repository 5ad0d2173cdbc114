"""Places and shared effects."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.simulate.groups import Groups, Place, plan_groups


def test_360_welds_fill_the_nested_plan() -> None:
    places = plan_groups(360)
    assert len({p.machine for p in places}) == 4
    assert len({p.session for p in places}) == 24
    assert set(Counter(p.workpiece for p in places).values()) == {5}


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 500))
def test_any_number_of_welds_is_nested_and_spread(welds: int) -> None:
    places = plan_groups(welds)
    assert len(places) == welds
    sizes = Counter(p.session for p in places)
    assert len(sizes) >= min(welds, 12)
    assert max(sizes.values()) - min(sizes.values()) <= 1
    assert all(p.workpiece.startswith(p.session) and p.session.startswith(p.machine) for p in places)
    assert all(0 <= p.progress <= 1 for p in places)


def test_effects_are_shared_by_level_and_have_the_stated_spread() -> None:
    def groups(session: str, piece: str, scale: float = 1.0) -> Groups:
        return Groups(3, "laser_al", Place("m1", session, piece, 0.0), scale)

    assert groups("s1", "w1").normal("session", "gain") == groups("s1", "w2").normal("session", "gain")
    assert groups("s1", "w1", 2.0).normal("session", "gain") == pytest.approx(
        2 * groups("s1", "w1").normal("session", "gain")
    )
    drawn = [np.log(groups(f"s{k}", "w").factor("gain", session=0.3)) for k in range(1000)]
    assert np.std(drawn) == pytest.approx(0.3, abs=0.03)
    assert np.mean(drawn) == pytest.approx(0.0, abs=0.04)
