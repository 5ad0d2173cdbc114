"""Places and shared effects."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.simulate.groups import Groups, Place, plan_groups
from weldfusion.simulate.laser.design import Design, draw_joint
from weldfusion.simulate.laser.preset import LASER_AL
from weldfusion.simulate.laser.sensors import microphone, oct, photodiode

DESIGN = Design(3e3, 0.1, 1.0)


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


TABLE = {
    "photodiode gain": (lambda g: [np.log(v) for v in photodiode.setup(g, 1.0).gain], 0.28),
    "microphone gain": (lambda g: np.log(microphone.setup(g, 1.0).gain), 0.30),
    "microphone distance": (lambda g: np.log(microphone.setup(g, 1.0).distance_m / 0.25), 0.10),
    "shop noise": (lambda g: np.log(microphone.setup(g, 1.0).shop), 0.50),
    "oct scale": (lambda g: np.log(oct.setup(g, 1.0).scale), 0.12),
    "oct offset": (lambda g: oct.setup(g, 1.0).offset_mm, 0.064),
    "oct bottom": (lambda g: np.log(oct.setup(g, 1.0).bottom_factor), 0.50),
    "oct no signal": (lambda g: np.log(oct.setup(g, 1.0).no_signal_chance / 0.10), 0.26),
    "focus": (lambda g: 1e3 * draw_joint(LASER_AL, DESIGN, g).focus_m, 0.78),
    "beam radius": (lambda g: np.log(draw_joint(LASER_AL, DESIGN, g).waist_m / 0.2e-3), 0.03),
    "absorptivity": (lambda g: np.log(draw_joint(LASER_AL, DESIGN, g).absorptivity_factor), 0.05),
    "plate": (lambda g: np.log(draw_joint(LASER_AL, DESIGN, g).plate_m / 4e-3), 0.02),
}


@pytest.mark.parametrize("effect", sorted(TABLE))
def test_spread_of_every_group_effect(effect: str) -> None:
    value, deviation = TABLE[effect]
    places = [Place(f"m{k}", f"m{k}s1", f"m{k}s1w1", 0.0) for k in range(800)]
    drawn = np.array([value(Groups(5, "laser_al", place)) for place in places])
    assert drawn.std(axis=0) == pytest.approx(np.full(drawn.shape[1:], deviation), rel=0.1)
    still = np.array([value(Groups(5, "laser_al", place, scale=0.0)) for place in places[:9]])
    assert np.ptp(still, axis=0) == pytest.approx(np.zeros(drawn.shape[1:]), abs=1e-12)


def test_the_window_of_the_diodes_fouls_during_a_session_only_by_up_to_15_percent() -> None:
    lost = []
    for k in range(200):
        first, last = (
            photodiode.setup(Groups(5, "laser_al", Place("m1", f"s{k}", "w", progress)), 1.0).gain[0]
            for progress in (0.0, 1.0)
        )
        lost.append(1 - last / first)
    assert 0 <= min(lost) < 0.02
    assert 0.13 < max(lost) <= 0.15
