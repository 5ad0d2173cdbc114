"""Overlap of masks against scikit-learn, and the interval against a bootstrap written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from sklearn.metrics import f1_score, jaccard_score

from weldfusion.evaluation.overlap import dice, iou, mean_over_groups

masks = arrays(bool, (4, 5), elements=st.booleans())


@given(masks, masks)
def test_as_scikit_learn(found, truth):
    one, other = truth.ravel(), found.ravel()
    assert iou(found, truth) == pytest.approx(jaccard_score(one, other, zero_division=1.0))
    assert dice(found, truth) == pytest.approx(f1_score(one, other, zero_division=1.0))


def test_interval_over_groups_as_by_hand():
    rng = np.random.default_rng(1)
    groups = np.repeat(list("abcdefgh"), [1, 5, 2, 3, 3, 1, 6, 2])
    values = rng.normal(0.7, 0.05, len(groups)) + np.repeat(rng.normal(0, 0.1, 8), [1, 5, 2, 3, 3, 1, 6, 2])
    mean, interval = mean_over_groups(values, list(groups), seed=0)
    assert mean == pytest.approx(values.mean())
    drawn = [
        np.concatenate([values[groups == name] for name in rng.choice(list("abcdefgh"), 8)]).mean()
        for _ in range(4000)
    ]
    tail = stats.norm.cdf(-np.sqrt(8 / 7) * stats.t(7).ppf(0.975))
    assert [interval.lower, interval.upper] == pytest.approx(np.quantile(drawn, [tail, 1 - tail]), abs=0.012)


def test_no_interval_of_few_groups():
    _, interval = mean_over_groups([0.1, 0.9, 0.5], ["a", "b", "c"], seed=0)
    assert interval.reason == "not estimable: only 3 groups"
