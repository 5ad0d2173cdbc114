"""Steps of windows and their truths, against numbers worked out by hand."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.dense_data import write_dense
from weldfusion.data.card import Card
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.data.inputs import chosen_targets
from weldfusion.data.settings import DataSettings, Windows
from weldfusion.data.steps import step_edges, step_places, with_steps
from weldfusion.data.target import TargetSpec
from weldfusion.data.truths import truth_of_weld
from weldfusion.data.weld import Weld
from weldfusion.errors import ConfigError, ReadError

PORES = TargetSpec("pores", "intervals", "interval", classes=("pore", "crack"), step_s=0.1, steps=5)
DEPTH = TargetSpec("depth", "curve", "sample", rate=Fraction(10), step_s=0.2, steps=2)


@given(start=st.floats(-5, 5), length=st.floats(0.01, 10), steps=st.integers(1, 50))
def test_steps_fill_a_window_without_gap(start, length, steps):
    edges = step_edges(np.array([[start, start + length]]), steps)[0]
    assert edges[0, 0] == start
    assert edges[-1, 1] == start + length
    np.testing.assert_array_equal(edges[1:, 0], edges[:-1, 1])
    np.testing.assert_allclose(np.diff(edges, axis=1), length / steps, rtol=1e-9, atol=1e-12)


def test_places_follow_the_speed():
    edges = np.array([[1.0, 1.4], [0.0, 0.4]])
    found = step_places(edges, np.array([24.0, np.nan]), np.array([20.0, np.nan]), 2)
    np.testing.assert_allclose(found[0], [22.0, 26.0])
    assert np.isnan(found[1]).all()


@pytest.mark.parametrize(
    ("window", "step", "told"),
    [(None, 0.1, "length_s: is not set"), (Fraction(1, 100), 0.1, "0 steps"), (Fraction(2), 1e-5, "200000")],
)
def test_windows_that_cannot_be_divided(window, step, told):
    with pytest.raises(ConfigError, match=told):
        with_steps({"depth": replace(DEPTH, step_s=step)}, window)


def weld_with(path, name):
    return Weld("a", 2, targets={name: path})


def test_truth_of_intervals_by_hand(tmp_path):
    path = tmp_path / "pores.csv"
    # The pore ends with a step: by rounding alone it must not reach into the next one.
    path.write_text("t0_s,t1_s,value\n0.1,0.30000000000000004,pore\n0.61,0.95,crack\n")
    values, known = truth_of_weld(PORES, weld_with(path, "pores"), np.array([[0.0, 0.5], [0.5, 1.0]]))
    assert known.tolist() == [True, True]
    assert values.tolist() == [[[0, 1, 1, 0, 0], [0] * 5], [[0] * 5, [0, 1, 1, 1, 1]]]


def test_a_file_without_rows_means_no_event(tmp_path):
    path = tmp_path / "pores.csv"
    path.write_text("t0_s,t1_s,value\n")
    values, known = truth_of_weld(PORES, weld_with(path, "pores"), np.array([[0.0, 0.5]]))
    assert known.all()
    assert not values.any()


def test_truth_of_a_curve_by_hand(tmp_path):
    path = tmp_path / "depth.npy"
    np.save(path, np.array([[np.nan, np.nan, 2.0, 4.0, 6.0, np.nan, 8.0, np.nan, np.nan]]))
    edges = np.array([[0.0, 0.4], [0.4, 0.8], [0.8, 1.2]])
    values, known = truth_of_weld(DEPTH, weld_with(path, "depth"), edges)
    np.testing.assert_array_equal(values, [[np.nan, 3.0], [6.0, 8.0], [0.0, 0.0]])
    assert known.tolist() == [True, True, False]


def test_an_infinite_truth_is_told(tmp_path):
    path = tmp_path / "depth.npy"
    np.save(path, np.array([[1.0, np.inf, 2.0]]))
    with pytest.raises(ReadError, match="sample 1 is infinite"):
        truth_of_weld(DEPTH, weld_with(path, "depth"), np.array([[0.0, 0.4]]))


def test_windows_of_a_data_set_have_them(tmp_path):
    root = write_dense(tmp_path / "dense", welds=4, groups=2)
    windows = WeldWindows(read_dataset(root), DataSettings(windows=Windows(length_s=0.2, hop_s=0.1)))
    assert {name: target.steps for name, target in windows.targets.items()} == {"depth": 10, "pores": 10}
    batch = windows[0]
    assert batch.targets["pores"].value.shape == (1, 1, 10)
    assert batch.targets["depth"].value.shape == (1, 10)
    assert batch.where is not None
    assert batch.where.speed_mm_s.tolist() == [20.0]
    _, known = windows.subset(["w03"]).truth("pores")
    assert not known.any()


def card(*targets):
    return Card("welds", 52, "steel", {}, {target.name: target for target in targets})


def test_a_config_sets_the_step_of_a_prediction():
    """One value per window, the mean of its truths, where the step is as long as the window."""
    asked = DataSettings(steps_s={"depth": 0.4})
    found = chosen_targets(card(DEPTH, PORES), asked)
    assert (found["depth"].step_s, found["pores"].step_s) == (0.4, 0.1)
    assert with_steps(found, Fraction(2, 5))["depth"].steps == 1


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ({"depht": 0.4}, r"^data\.steps_s: no target 'depht'; did you mean depth\?$"),
        ({"force": 0.4}, r"^data\.steps_s\.force: a target of kind real has no step; leave it out$"),
    ],
)
def test_a_step_of_what_has_none_is_told(steps, told):
    with pytest.raises(ConfigError, match=told):
        chosen_targets(card(DEPTH, TargetSpec("force", "real")), DataSettings(steps_s=steps))


@pytest.mark.parametrize("step", [0, -1.0, float("nan")])
def test_a_step_is_above_zero(step):
    with pytest.raises(ConfigError, match=r"^steps_s\.depth: must be above 0"):
        DataSettings(steps_s={"depth": step})
