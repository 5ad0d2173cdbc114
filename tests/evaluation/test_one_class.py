"""Networks that say one class for every weld, against predictions counted by pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.made import long_frame
from weldfusion.evaluation.one_class import LEAST_WELDS, OneClass, one_class

CLASSES = ("good", "pore", "crack")


def frame(truth: np.ndarray, said: np.ndarray, fold: str = "fold1", seed: int = 0) -> pd.DataFrame:
    """Welds of these true and said classes (numbers); the probability of what is said is at least a half."""
    rng = np.random.default_rng(len(truth) + seed)
    rest = rng.dirichlet(np.ones(len(CLASSES)), len(truth))
    value = (rest + 1.01 * np.eye(len(CLASSES))[said]) / 2.01
    made = long_frame(np.eye(len(CLASSES))[truth], value, ["g"] * len(truth), CLASSES, "class", seed=seed)
    return made.assign(fold=fold)


TRUTH = np.arange(12) % 3


def test_one_class_for_all_welds_of_a_fold_is_told():
    still = frame(TRUTH, np.full(12, 1))
    both = pd.concat([still, frame(TRUTH, TRUTH, "fold2"), frame(TRUTH, TRUTH, seed=1)])
    value = still["value"].to_numpy().reshape(12, 3)
    apart = max(value[:, k].max() - value[:, k].min() for k in range(3))
    assert one_class(both, "quality") == [OneClass("fold1", 0, "pore", 12, 4, pytest.approx(apart))]


@pytest.mark.parametrize(
    "welds",
    [
        frame(TRUTH, np.r_[np.full(11, 1), 0]),
        frame(np.full(12, 1), np.full(12, 1)),
        frame(TRUTH[: LEAST_WELDS - 1], np.full(LEAST_WELDS - 1, 1)),
        frame(TRUTH, np.full(12, 1)).assign(kind="multilabel"),
        frame(TRUTH, np.full(12, 1)).assign(target="other"),
        long_frame(TRUTH[:, None], np.ones((12, 1)), ["g"] * 12),
    ],
    ids=["all but one", "one class in truth", "few welds", "flags", "another target", "a number"],
)
def test_others_are_not(welds):
    assert one_class(welds, "quality") == []


def test_truths_that_are_not_known_count_for_nothing_and_neither_do_welds_without_a_sensor():
    welds = frame(TRUTH, np.r_[np.full(11, 1), 0])
    last = welds["weld"] == "w0011"
    (told,) = one_class(welds.assign(present=np.where(last, "", "sound")), "quality")
    assert (told.welds, told.right) == (11, 4)
    welds = frame(TRUTH, np.full(12, 1))
    one = welds.assign(truth=np.where(welds["weld"].isin(["w0001", "w0004"]), welds["truth"], np.nan))
    assert one_class(one, "quality") == []
    two = welds.assign(truth=np.where(welds["weld"].isin(["w0001", "w0003"]), welds["truth"], np.nan))
    (told,) = one_class(two, "quality")
    assert (told.welds, told.right) == (12, 1)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=16))
def test_as_pandas_counts_them(pairs):
    truth, said = np.array(pairs).T
    welds = frame(truth, said)
    called = welds.loc[welds.groupby("weld")["value"].idxmax(), "class"]
    true = welds.loc[welds["truth"] == 1, "class"]
    expected = len(pairs) >= LEAST_WELDS and called.nunique() == 1 and true.nunique() > 1
    found = one_class(welds, "quality")
    assert bool(found) == expected
    if found:
        right = (called.to_numpy() == true.to_numpy()).sum()
        assert (found[0].said, found[0].right) == (called.iloc[0], right)
