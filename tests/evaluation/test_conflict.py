"""Conflict of welds: what is told, and whether it parts wrong from right."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from tests.evaluation.made import long_frame
from weldfusion.evaluation.conflict import right_and_wrong, weld_conflicts, wrong_above_right

FLAGS = np.array([[1, 0], [0, 1], [1, 0], [np.nan, np.nan], [0, 1]])
VALUE = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.5, 0.5], [0.1, 0.9]])


def frame(conflict):
    told = long_frame(FLAGS, VALUE, ["g"] * 5, ("good", "bad"), "class")
    return told.assign(conflict=np.repeat(conflict, 2))


def test_largest_first_and_means_over_seeds():
    first, second = frame([0.1, 0.7, 0.2, 0.3, np.nan]), frame([0.3, 0.9, 0.2, 0.3, np.nan])
    found = weld_conflicts(pd.concat([first, second.assign(seed=1)], ignore_index=True), "quality")
    assert [w.weld for w in found] == ["w0001", "w0003", "w0000", "w0002"]
    assert [w.conflict for w in found] == pytest.approx([0.8, 0.3, 0.2, 0.2])
    assert np.isnan([w.total for w in found]).all()
    assert [w.right for w in found] == [False, None, True, True]
    right, wrong = right_and_wrong(found)
    assert sorted(right) == pytest.approx([0.2, 0.2])
    assert list(wrong) == pytest.approx([0.8])


def test_share_in_total_conflict_is_the_mean_over_seeds():
    first = frame(np.full(5, 0.5)).assign(total_conflict=np.repeat([0.0, 0.25, 0, 0, 1], 2))
    both = pd.concat([first, first.assign(seed=1, total_conflict=0.0)], ignore_index=True)
    assert {w.weld: w.total for w in weld_conflicts(both, "quality")} == {
        "w0000": 0.0,
        "w0001": 0.125,
        "w0002": 0.0,
        "w0003": 0.0,
        "w0004": 0.5,
    }


def test_nothing_where_it_is_not_told():
    assert weld_conflicts(frame(np.full(5, np.nan)), "quality") == []
    assert weld_conflicts(frame(np.zeros(5)).drop(columns="conflict"), "quality") == []
    numbers = long_frame(np.zeros((3, 1)), np.zeros((3, 1)), ["g"] * 3).assign(conflict=0.5)
    assert weld_conflicts(numbers, "quality") == []


def test_chance_equals_the_area_under_the_curve_of_sklearn():
    generator = np.random.Generator(np.random.PCG64(0))
    right, wrong = generator.integers(0, 20, 70) / 20, generator.integers(5, 21, 30) / 20
    flag = np.repeat([0, 1], [70, 30])
    expected = roc_auc_score(flag, np.concatenate([right, wrong]))
    assert wrong_above_right(right, wrong) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(wrong_above_right(right, np.array([])))
