"""Parts of the training welds are nested, whole groups, spread over the classes; the test part stays."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.data.dealing import Fold, check_fold
from weldfusion.studies.fractions import thinned

FRACTIONS = (0.1, 0.2, 0.35, 0.5, 0.8, 1.0)


@st.composite
def folds(draw):
    groups = draw(st.integers(3, 15))
    parts, group_of, classes = {}, {}, {}
    for group in range(groups):
        part = draw(st.sampled_from(["fit", "fit", "fit", "select", "calibrate", "test", "unused"]))
        for number in range(draw(st.integers(1, 5))):
            weld = f"g{group}w{number}"
            parts[weld], group_of[weld] = part, f"g{group}"
            classes[weld] = frozenset(draw(st.lists(st.sampled_from("abc"), max_size=2)))
    return Fold("f", parts, group_of), classes


@settings(max_examples=60, deadline=None)
@given(folds(), st.integers(0, 3))
def test_parts_are_nested_whole_groups_and_leave_the_test_part(case, seed):
    fold, classes = case
    smaller: set[str] = set()
    for fraction in FRACTIONS:
        found = thinned(fold, fraction, classes, seed)
        check_fold(found)
        assert list(found.parts) == list(fold.parts)
        assert found.welds("test") == fold.welds("test")
        used = {weld for weld, part in found.parts.items() if part in ("fit", "select", "calibrate")}
        assert all(found.parts[weld] == fold.parts[weld] for weld in used)
        assert smaller <= used
        smaller = used
        for part in ("fit", "select", "calibrate"):
            assert bool(found.welds(part)) == bool(fold.welds(part))
        kinds = [set().union(*(classes[w] for w in one.welds("fit"))) for one in (fold, found)]
        assert kinds[0] == kinds[1]
    assert thinned(fold, 1.0, classes, seed) == fold


def many(welds: int) -> tuple[Fold, dict[str, frozenset[str]]]:
    """Single welds, three classes as 6 : 3 : 1."""
    kinds = ["a"] * 6 + ["b"] * 3 + ["c"]
    parts = {f"w{number:03d}": "fit" for number in range(welds)}
    return Fold("f", parts), {f"w{n:03d}": frozenset(kinds[n % 10]) for n in range(welds)}


@pytest.mark.parametrize("fraction", [0.1, 0.3, 0.5])
def test_the_share_is_as_asked_and_so_is_the_mix_of_classes(fraction):
    fold, classes = many(200)
    kept = thinned(fold, fraction, classes, seed=1).welds("fit")
    assert len(kept) == round(200 * fraction)
    found = Counter(kind for weld in kept for kind in classes[weld])
    for kind, share in (("a", 0.6), ("b", 0.3), ("c", 0.1)):
        assert abs(found[kind] - share * len(kept)) <= 1


def test_another_seed_or_fold_takes_others_and_the_same_key_the_same():
    fold, classes = many(200)
    first = thinned(fold, 0.2, classes, 0)
    assert thinned(fold, 0.2, classes, 0) == first
    for other in (thinned(fold, 0.2, classes, 1), thinned(fold, 0.2, classes, 0, number=1)):
        assert set(other.welds("fit")) != set(first.welds("fit"))


def test_every_weld_is_as_likely_as_any_other():
    fold, classes = many(40)
    taken = Counter(weld for seed in range(400) for weld in thinned(fold, 0.25, classes, seed).welds("fit"))
    shares = np.array([taken[weld] / 400 for weld in fold.parts])
    assert np.all(np.abs(shares - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 400))
