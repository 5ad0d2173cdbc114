"""Windows joined to welds, against the rule written out by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from tests.evaluation.made import class_data, long_frame
from weldfusion.evaluation.frame import check_frame, target_tables
from weldfusion.evaluation.join import join_windows, mean_of_networks


def test_class_probability_is_the_normalised_geometric_mean():
    flags, p, _ = class_data(12, 3, 1)
    group = np.repeat(["g0", "g1"], 6)
    flags = np.repeat(flags[::3], 3, axis=0)
    frame = long_frame(flags, p, group, ("a", "b", "c"), "class", windows=3)
    welds = join_windows(frame.sample(frac=1, random_state=0))
    check_frame(welds, "weld")
    table = target_tables(welds, "quality")[0]
    place = {name: k for k, name in enumerate(table.classes)}
    order = [place[name] for name in ("a", "b", "c")]
    for i, weld in enumerate(table.weld):
        number = int(weld[1:])
        expected = softmax(np.log(p[3 * number : 3 * number + 3]).mean(axis=0))
        np.testing.assert_allclose(table.value[i, order], expected)
        np.testing.assert_array_equal(table.truth[i, order], flags[3 * number])


def test_one_certain_window_cannot_rule_a_class_out():
    p = np.array([[1.0, 0.0], [0.01, 0.99], [0.01, 0.99]])
    frame = long_frame(np.tile([0, 1], (3, 1)), p, ["g"] * 3, ("a", "b"), "class", windows=3)
    assert target_tables(join_windows(frame), "quality")[0].value[0, 1] > 0.5


def test_class_truth_is_the_most_frequent_of_its_windows():
    flags = np.array([[1, 0], [0, 1], [0, 1], [1, 0], [0, 1], [np.nan, np.nan]])
    frame = long_frame(flags, np.full((6, 2), 0.5), ["g"] * 6, ("a", "b"), "class", windows=3)
    truth = target_tables(join_windows(frame), "quality")[0].truth
    np.testing.assert_array_equal(truth, [[0, 1], [1, 0]])


def test_numbers_and_flags():
    frame = long_frame(np.array([[1.0], [2.0], [np.nan]]), np.array([[3.0], [4], [8]]), ["g"] * 3, windows=3)
    table = target_tables(join_windows(frame), "quality")[0]
    assert (table.truth[0, 0], table.value[0, 0]) == pytest.approx((1.5, 5.0))
    flags = np.array([[0, 1], [0, 0], [0, 0]])
    frame = long_frame(flags, np.full((3, 2), 0.25), ["g"] * 3, ("pore", "gap"), "multilabel", windows=3)
    table = target_tables(join_windows(frame), "quality")[0]
    np.testing.assert_array_equal(table.truth, [[0, 1]])
    np.testing.assert_allclose(table.value, 0.25)


def test_conflict_is_the_mean_of_windows_and_of_networks():
    one = long_frame(np.zeros((4, 1)), np.zeros((4, 1)), ["g"] * 4, windows=2)
    told = one.assign(conflict=[0.1, 0.3, 0.5, np.nan], total_conflict=[0.0, 1.0, 0.0, np.nan])
    np.testing.assert_allclose(join_windows(told)["conflict"], [0.2, 0.5])
    np.testing.assert_allclose(join_windows(told)["total_conflict"], [0.5, 0.0])
    assert join_windows(one)[["conflict", "total_conflict"]].isna().all(axis=None)
    both = pd.concat([told, told.assign(conflict=0.5, seed=1)], ignore_index=True)
    np.testing.assert_allclose(mean_of_networks(both)["conflict"], [0.3, 0.4, 0.5, 0.5])
    np.testing.assert_allclose(mean_of_networks(both)["total_conflict"], [0.0, 1.0, 0.0, np.nan])


def test_networks_are_averaged_weld_by_weld():
    one = long_frame(np.array([[1.0], [2.0]]), np.array([[3.0], [5.0]]), ["g", "h"], windows=1)
    two = one.assign(value=[5.0, 1.0], seed=1)
    both = mean_of_networks(pd.concat([one, two], ignore_index=True))
    assert both["value"].tolist() == [4.0, 3.0]
    assert both["lower"].tolist() == [3.0, 1.0]
    assert both["upper"].tolist() == [5.0, 5.0]
    assert both["truth"].tolist() == [1.0, 2.0]
    check_frame(both, "window")
    assert mean_of_networks(one)[["lower", "upper"]].isna().all(axis=None)
