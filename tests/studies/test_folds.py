"""Folds of several divisions have names of their own and cover what each division does."""

import pytest

from weldfusion.data.card import Card, TargetSpec
from weldfusion.data.splits import KFold
from weldfusion.data.weld import Weld
from weldfusion.studies.folds import classes_of, part_of_folds, whole_folds

pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")
WELDS = [Weld(f"w{n}", n, targets={"verdict": "ab"[n % 2]}) for n in range(20)]


@pytest.fixture
def card():
    return Card("tiny", 52, "steel", {}, {"verdict": TargetSpec("verdict", "class", classes=("a", "b"))})


def test_several_divisions(card):
    one = whole_folds(KFold(k=2), WELDS, card, 3, 1)
    two = whole_folds(KFold(k=2), WELDS, card, 3, 2)
    assert [fold.name for fold in one] == ["fold1", "fold2"]
    assert [fold.name for fold in two] == ["split1-fold1", "split1-fold2", "split2-fold1", "split2-fold2"]
    assert [fold.parts for fold in two[:2]] == [fold.parts for fold in one]
    assert set(two[0].welds("test")) != set(two[2].welds("test"))
    for pair in (two[:2], two[2:]):
        assert sorted(weld for fold in pair for weld in fold.welds("test")) == sorted(w.id for w in WELDS)


def test_a_part_of_each_fold(card):
    folds = whole_folds(KFold(k=2), WELDS, card, 0, 1)
    halves = part_of_folds(folds, 0.5, WELDS, card, None, 0)
    classes = classes_of(WELDS, card, None)
    for fold, half in zip(folds, halves, strict=True):
        assert half.welds("test") == fold.welds("test")
        assert len(half.welds("fit")) == len(fold.welds("fit")) / 2
        assert {kind for weld in half.welds("fit") for kind in classes[weld]} == {"a", "b"}
