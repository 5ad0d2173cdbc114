"""Maps of windows laid along the weld: cells at their own second, means where windows overlap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weldfusion.explain.explanation import AttributionMap, Axis
from weldfusion.report.explanation.along import along, edges, known_mean, map_along, over_time


def time_cells(cells: int, length_s: float) -> Axis:
    return Axis("time", "s", (np.arange(cells) + 0.5) / cells * length_s)


def at(laid, second: float) -> float:
    place = int((second - laid.start_s) / (laid.end_s - laid.start_s) * laid.values.shape[-1])
    return float(laid.values[..., place])


def test_windows_side_by_side_keep_their_values_at_their_seconds():
    values = np.arange(8.0).reshape(2, 4)
    laid = along(np.array([1.0, 1.2]), time_cells(4, 0.2), values)
    assert (laid.start_s, laid.end_s) == pytest.approx((1.0, 1.4))
    for window, start in enumerate((1.0, 1.2)):
        for cell in range(4):
            assert at(laid, start + 0.05 * cell + 0.025) == values[window, cell]


def test_overlap_is_the_mean_and_a_gap_is_nothing():
    laid = along(
        np.array([0.0, 0.1, 1.0]), time_cells(2, 0.2), np.array([[2.0, 4.0], [8.0, 6.0], [1.0, np.nan]])
    )
    assert at(laid, 0.05) == 2
    assert at(laid, 0.15) == (4 + 8) / 2
    assert at(laid, 0.25) == 6
    assert np.isnan(at(laid, 0.6))
    assert at(laid, 1.05) == 1
    assert np.isnan(at(laid, 1.15))


@given(st.integers(1, 6), st.integers(1, 12), st.floats(0.01, 2.0), st.floats(-5, 5))
def test_a_constant_stays_itself(windows, cells, length, value):
    start = np.arange(windows) * length / 2
    laid = along(start, time_cells(cells, length), np.full((windows, cells), value))
    assert laid.values == pytest.approx(np.full(len(laid.values), value))
    assert laid.end_s - laid.start_s == pytest.approx(length * (windows + 1) / 2)


def test_frequency_comes_first_wherever_time_stands():
    axes = (time_cells(3, 0.3), Axis("frequency", "Hz", np.array([100.0, 200.0])))
    values = np.arange(6.0, dtype=np.float32).reshape(1, 3, 2)
    one = AttributionMap("w", "f", 0, "s", "t", "c", np.array([0]), np.array([0.0]), axes, values)
    laid = map_along(one)
    assert laid.values.shape[0] == 2
    assert laid.values[1, 0] == 1
    assert over_time(laid)[-1] == pytest.approx((4 + 5) / 2)


def test_a_map_without_seconds_is_not_laid_out():
    axes = (Axis("column", "", np.arange(2.0)),)
    one = AttributionMap("w", "f", 0, "s", "t", "c", np.array([0]), np.array([0.0]), axes, np.ones((1, 2)))
    assert map_along(one) is None


def test_edges_lie_halfway():
    assert edges(np.array([0.5, 1.5, 2.5])).tolist() == [0, 1, 2, 3]


@given(st.lists(st.one_of(st.just(float("nan")), st.floats(-1e3, 1e3)), min_size=1, max_size=9))
def test_known_mean_is_numpys_nanmean(values):
    array = np.array(values)
    if np.isnan(array).all():
        assert np.isnan(known_mean(array, axis=0))
    else:
        assert known_mean(array, axis=0) == pytest.approx(np.nanmean(array))
