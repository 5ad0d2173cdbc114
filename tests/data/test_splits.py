"""Splits: whole groups, even classes, refusals and files."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.data.allocate import allocate
from weldfusion.data.card import Card, TargetSpec
from weldfusion.data.dealing import Fold
from weldfusion.data.manifest import Weld
from weldfusion.data.split_file import read_split, write_split
from weldfusion.data.splits import ByColumn, FromFile, HoldOut, KFold, LeaveOneGroupOut, Split
from weldfusion.data.strata import restricted, target_of
from weldfusion.errors import SplitError, WeldfusionWarning

CLASSES = ("good", "pore", "crack")
CARD = Card(
    name="welds",
    process=135,
    material="steel",
    modalities={},
    targets={
        "force": TargetSpec("force", "real", unit="N"),
        "state": TargetSpec("state", "class", classes=CLASSES),
        "faults": TargetSpec("faults", "multilabel", classes=("pore", "crack")),
    },
    groups=("day", "part"),
    group="day",
)


def weld(number: int, day: str, state: str | None, split: str | None = None) -> Weld:
    faults = () if state in (None, "good") else (state,)
    return Weld(
        f"w{number}", number + 2, groups={"day": day, "part": f"p{number % 4}"},
        targets={"state": state, "force": float(number), "faults": faults}, split=split,
    )  # fmt: skip


def mixed(days: int, per_day: int = 6) -> list[Weld]:
    """Every class on every day."""
    return [weld(d * per_day + i, f"d{d}", CLASSES[i % 3]) for d in range(days) for i in range(per_day)]


def quiet(split: Split, welds: list[Weld], card: Card = CARD, seed: int = 0) -> list[Fold]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeldfusionWarning)
        return split.folds(welds, card, seed)


def days_in(fold: Fold, welds: list[Weld], *parts: str) -> set[str]:
    return {w.groups["day"] for w in welds if fold.parts.get(w.id) in parts}


groups_and_states = st.lists(
    st.tuples(st.integers(0, 11), st.sampled_from([*CLASSES, None])), min_size=4, max_size=60
)


@settings(max_examples=60, deadline=None)
@given(groups_and_states, st.integers(0, 5), st.sampled_from([HoldOut(), KFold(k=3), LeaveOneGroupOut(),
       HoldOut(test=0.4, calibrate=0.2, fraction=0.5), KFold(k=2, repeats=2, target="force")]))  # fmt: skip
def test_no_group_is_in_two_parts_and_test_classes_are_fitted(rows, seed, split):
    welds = [weld(i, f"d{day}", state) for i, (day, state) in enumerate(rows)]
    try:
        folds = quiet(split, welds, seed=seed)
    except SplitError:
        return
    for fold in folds:
        assert set(fold.parts) == {w.id for w in welds}
        places: dict[str, set[str]] = {}
        for w in welds:
            places.setdefault(w.groups["day"], set()).add(fold.parts[w.id])
        assert all(len(parts) == 1 for parts in places.values())
        assert fold.welds("fit")
        assert fold.welds("test")
        if getattr(split, "target", None) is None:
            state = {w.id: w.targets["state"] for w in welds}
            tested = {state[w] for w in fold.welds("test")} - {None}
            assert tested <= {state[w] for w in fold.welds("fit")}
    if isinstance(split, KFold):
        tested = [w for fold in folds for w in fold.welds("test")]
        assert sorted(tested) == sorted([w.id for w in welds] * split.repeats)


@settings(max_examples=30, deadline=None)
@given(st.integers(4, 40), st.integers(0, 1000))
def test_allocation_is_as_even_as_that_of_scikit_learn(groups, seed):
    from sklearn.model_selection import StratifiedGroupKFold

    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 8, (groups, 3))
    index = np.repeat(np.arange(groups), counts.sum(1))
    classes = np.concatenate([np.repeat(np.arange(3), row) for row in counts])
    filled = len(np.unique(index))
    if filled < 4 or len(np.unique(classes)) < 3 or np.bincount(classes).min() < 4:
        return

    def unevenness(part: np.ndarray) -> float:
        held = np.stack([counts[part == p].sum(0) for p in range(4)]) / counts.sum(0)
        return float(((held - 0.25) ** 2).sum())

    theirs = np.zeros(groups, int)
    folds = StratifiedGroupKFold(4, shuffle=True, random_state=0)
    for fold, (_, test) in enumerate(folds.split(classes, classes, index)):
        theirs[index[test]] = fold
    ours = allocate(counts, counts.sum(1), np.full(4, 0.25), np.random.default_rng(0))
    # Ours also balances the number of welds and keeps parts filled, so it may be a little less even.
    assert unevenness(ours) <= unevenness(theirs) * 1.5 + 0.02


def test_hold_out_takes_the_stated_shares_of_every_class():
    welds = mixed(days=40)
    fold = quiet(HoldOut(test=0.25, select=0.2), welds)[0]
    for state in CLASSES:
        ids = [w.id for w in welds if w.targets["state"] == state]
        part = [fold.parts[w] for w in ids]
        assert part.count("test") / len(ids) == pytest.approx(0.25, abs=0.03)
        assert part.count("select") / len(ids) == pytest.approx(0.15, abs=0.03)


def test_a_fraction_shrinks_the_fit_part_only():
    welds = mixed(days=40)
    whole, half = (quiet(HoldOut(fraction=f), welds)[0] for f in (1.0, 0.5))
    assert whole.welds("test") == half.welds("test")
    assert whole.welds("select") == half.welds("select")
    assert len(half.welds("fit")) == pytest.approx(len(whole.welds("fit")) / 2, abs=4)
    assert sorted(half.welds("fit") + half.welds("unused")) == sorted(whole.welds("fit"))


def test_seeds_give_other_folds_and_the_same_seed_the_same():
    welds = mixed(days=30)
    first, again, other = (quiet(KFold(), welds, seed=s) for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_repeats_differ():
    folds = quiet(KFold(k=2, repeats=2), mixed(days=20))
    assert [f.name for f in folds] == ["repeat1-fold1", "repeat1-fold2", "repeat2-fold1", "repeat2-fold2"]
    assert folds[0].parts != folds[2].parts


def test_a_class_of_one_group_stays_in_training_of_a_hold_out():
    welds = [*mixed(12), weld(900, "rare", "crack")]
    welds = [w for w in welds if w.targets["state"] != "crack" or w.groups["day"] == "rare"]
    for seed in range(5):
        with pytest.warns(WeldfusionWarning, match="state crack is in no test part"):
            fold = HoldOut().folds(welds, CARD, seed)[0]
        assert fold.parts["w900"] == "fit"


@pytest.mark.parametrize("split", [KFold(k=3), LeaveOneGroupOut()])
def test_folds_refuse_a_class_of_one_group(split):
    welds = [*(w for w in mixed(12) if w.targets["state"] != "crack"), weld(900, "rare", "crack")]
    with pytest.raises(SplitError, match=r"state crack is tested but not in the fit part.*allow_unseen"):
        quiet(split, welds)


def test_allow_unseen_only_warns():
    welds = [*(w for w in mixed(12) if w.targets["state"] != "crack"), weld(900, "rare", "crack")]
    with pytest.warns(WeldfusionWarning, match="crack is tested but not in the fit part"):
        folds = KFold(k=3, allow_unseen=True).folds(welds, CARD, 0)
    assert len(folds) == 3


def test_few_groups_are_warned_of():
    with pytest.warns(WeldfusionWarning, match="only 6 groups of 'day'"):
        HoldOut().folds(mixed(6), CARD, 0)


def test_too_few_groups_for_calibration():
    with pytest.warns(WeldfusionWarning, match="too few for a part of their own for calibration"):
        fold = HoldOut(calibrate=0.2).folds(mixed(12), CARD, 0)[0]
    assert not fold.welds("calibrate")
    assert quiet(HoldOut(calibrate=0.2), mixed(40))[0].welds("calibrate")


def test_without_groups_welds_are_divided_one_by_one_with_a_warning():
    card = Card("c", 135, "steel", {}, CARD.targets)
    with pytest.warns(WeldfusionWarning, match="no group column"):
        fold = HoldOut().folds(mixed(12), card, 0)[0]
    assert days_in(fold, mixed(12), "test") & days_in(fold, mixed(12), "fit")


@pytest.mark.parametrize("split", [HoldOut(by="weld"), KFold(by="weld"), LeaveOneGroupOut(by="weld"),
                                    ByColumn(by="weld")])  # fmt: skip
def test_by_weld_divides_the_welds_of_a_group_and_says_so(split):
    welds = [replace(w, split="test" if n % 3 == 0 else "train") for n, w in enumerate(mixed(8, 4))]
    with pytest.warns(WeldfusionWarning, match="welds of one 'day' are divided one by one; figures flatter"):
        folds = split.folds(welds, CARD, 0)
    assert days_in(folds[0], welds, "test") & days_in(folds[0], welds, "fit")
    assert set(folds[0].groups.values()) == {w.id for w in welds}
    with pytest.warns(WeldfusionWarning, match="only 8 groups"):
        assert set(HoldOut().folds(welds, CARD, 0)[0].groups.values()) == {w.groups["day"] for w in welds}


def test_only_chosen_targets_are_spread():
    """`faults` alone is left of the card, so the classes of `state` do not count any more."""
    alone = restricted(CARD, ["faults", "no such"])
    assert list(alone.targets) == ["faults"]
    assert target_of(CARD, None) is CARD.targets["state"]
    assert target_of(alone, None) is CARD.targets["faults"]
    assert restricted(CARD, None) is CARD
    assert list(restricted(CARD, ["state", "force"]).targets) == ["force", "state"]  # the card's order
    # A class of one group only cannot be tested fairly; it is no obstacle where it is not a target.
    welds = [weld(n, f"d{n}", "pore" if n == 0 else "good") for n in range(12)]
    with pytest.raises(SplitError, match="state pore is tested but not in the fit part"):
        quiet(LeaveOneGroupOut(), welds)
    assert len(quiet(LeaveOneGroupOut(), welds, restricted(CARD, ["force"]))) == 12


def test_real_target_is_spread_over_its_range():
    welds = [weld(i, f"d{i}", "good") for i in range(100)]
    card = Card("c", 135, "steel", {}, {"force": CARD.targets["force"]}, ("day",), "day")
    force = [int(w[1:]) for w in quiet(HoldOut(test=0.2), welds, card)[0].welds("test")]
    assert np.bincount(np.array(force) // 20, minlength=5).tolist() == [4, 4, 4, 4, 4]


def test_multilabel_target_is_spread():
    welds = mixed(40)
    fold = quiet(HoldOut(target="faults"), welds)[0]
    faults = {w.id: w.targets["faults"] for w in welds}
    tested = [faults[w] for w in fold.welds("test")]
    assert tested.count(("pore",)) == pytest.approx(20, abs=2)


def test_leave_one_group_out_names_the_group():
    welds = mixed(3)
    folds = quiet(LeaveOneGroupOut(), welds)
    assert [f.name for f in folds] == ["without-d0", "without-d1", "without-d2"]
    assert [days_in(f, welds, "test") for f in folds] == [{"d0"}, {"d1"}, {"d2"}]


def test_by_column_follows_the_manifest():
    parts = ["train", "train", "train", "train", "val", "test", None]
    welds = [weld(d * 3 + i, f"d{d}", CLASSES[i], parts[d]) for d in range(7) for i in range(3)]
    fold = quiet(ByColumn(), welds)[0]
    assert days_in(fold, welds, "fit") == {"d0", "d1", "d2", "d3"}
    assert days_in(fold, welds, "select") == {"d4"}
    assert days_in(fold, welds, "test") == {"d5"}
    assert days_in(fold, welds, "unused") == {"d6"}


def test_by_column_takes_a_select_part_out_of_training():
    welds = [
        weld(d * 3 + i, f"d{d}", CLASSES[i], "test" if d > 9 else "fit") for d in range(12) for i in range(3)
    ]
    fold = quiet(ByColumn(), welds)[0]
    assert days_in(fold, welds, "test") == {"d10", "d11"}
    assert len(days_in(fold, welds, "select")) == 2


@pytest.mark.parametrize(
    ("split", "message"),
    [
        (HoldOut(by="dya"), "no group column 'dya'; did you mean day"),
        (HoldOut(target="staet"), "no target 'staet'; did you mean state"),
        (HoldOut(test=1.5), "split.test: must be above 0"),
        (HoldOut(select=-1), "split.select: must be at least 0"),
        (HoldOut(select=0.5, calibrate=0.5), "must be below 1"),
        (HoldOut(fraction=0), "split.fraction"),
        (KFold(k=99), "99 folds of 12 groups"),
        (KFold(k=1), "k must be at least 2"),
        (ByColumn(), "the fit part is empty"),
        (ByColumn(column="dya"), "no column 'dya' of parts"),
        (ByColumn(column="day"), "'d0' is no part"),
        (FromFile("nowhere.csv"), "nowhere.csv: no such file"),
    ],
)
def test_wrong_settings_are_told_in_one_line(split, message):
    with pytest.raises(SplitError, match=message) as found:
        quiet(split, mixed(12))
    assert "\n" not in str(found.value)


def test_a_group_in_two_parts_of_the_column_is_refused():
    welds = [weld(0, "d0", "good", "train"), weld(1, "d0", "good", "test")]
    with pytest.raises(SplitError, match="group d0 is in the parts fit and test"):
        quiet(ByColumn(), welds)


def test_an_empty_group_is_refused():
    with pytest.raises(SplitError, match=r"weld w0 \(row 2\): group 'day' is empty"):
        quiet(HoldOut(), [weld(0, "", "good"), weld(1, "d", "good")])


def test_file_gives_the_same_folds_again(tmp_path: Path):
    welds = mixed(12)
    folds = quiet(KFold(), welds)
    path = tmp_path / "split.csv"
    write_split(folds, welds, CARD, path)
    assert read_split(path) == folds
    assert quiet(FromFile(str(path)), welds, seed=9) == folds
    assert path.read_text().splitlines()[0] == "fold,weld,group,part"


def test_a_file_that_does_not_fit_is_refused(tmp_path: Path):
    path = tmp_path / "split.csv"
    write_split(quiet(HoldOut(), mixed(12)), mixed(12), CARD, path)
    with pytest.raises(SplitError, match="is not in the data set"):
        quiet(FromFile(str(path)), mixed(11))
    with pytest.warns(WeldfusionWarning, match="leaves 6 of 78 welds out"):
        FromFile(str(path)).folds(mixed(13), CARD, 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "row 1: the header must be"),
        ("fold,weld,group,part\n", "has no rows"),
        ("fold,weld,group,part\na,w0,d,tset\n", "row 2: part 'tset'; did you mean test"),
        ("fold,weld,group,part\na,w0,d,fit\na,w0,d,fit\n", "row 3: weld w0 is twice in a"),
        ("fold,weld,group,part\na,w0\n", "row 2: has 2 cells"),
        ("fold,weld,group,part\na,w0,d0,fit\na,w1,d0,test\n", "group d0 is in the parts fit and test"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, text: str, message: str):
    path = tmp_path / "split.csv"
    path.write_text(text)
    with pytest.raises(SplitError, match=message):
        quiet(FromFile(str(path)), mixed(12))
