"""Labels of welds: definition, agreement with curves, margin; they need states only."""

from inspect import signature

import numpy as np
import pytest

from weldfusion.simulate.pulsed_gta import labels
from weldfusion.simulate.pulsed_gta.weld import SimulatedWeld


def test_classes_are_those_of_the_stated_ratios(gta_welds: list[SimulatedWeld]) -> None:
    seen = set()
    for weld in gta_welds:
        states = weld.states
        free = states.bead.free_depth_m.values.reshape(20, -1).mean(axis=1) / states.plate_m
        expected = ["partial" if r < 1 else "full" if r < 1.25 else "excessive" for r in free]
        assert list(labels.penetration_along(states)) == expected
        seen |= set(expected)
    assert seen == set(labels.PENETRATION)


def test_curves_agree_with_the_states(gta_welds: list[SimulatedWeld]) -> None:
    for weld in gta_welds[:8]:
        told = labels.labels_of(weld.states, 0.0)
        bead, plate = weld.states.bead, 1e3 * weld.states.plate_m
        assert told.curves["depth_along"].max() <= plate * 1.0001
        through = bead.free_depth_m.values > weld.states.plate_m
        assert np.array_equal(bead.back_width_m.values > 0, through)
        for name in ("top_width", "back_width", "depth"):
            curve = told.curves[f"{name}_along"]
            assert (curve.dtype, len(curve)) == (np.float32, 500)
            assert float(told.values[f"{name}_mm"]) == pytest.approx(curve.mean(), abs=1e-3)
        squared = 1 - (weld.states.plate_m / bead.free_depth_m.values) ** 2
        assert np.allclose(bead.back_width_m.values**2, bead.top_width_m.values**2 * np.maximum(squared, 0))


def test_a_margin_leaves_out_what_is_near_a_limit(gta_welds: list[SimulatedWeld]) -> None:
    kept = 0
    for weld in gta_welds:
        ratio = labels.depth_ratio(weld.states)
        rows = labels.penetration_intervals(weld.states, 0.05)
        near = (np.abs(ratio - 1.0) < 0.05) | (np.abs(ratio - 1.25) < 0.05)
        assert len(rows) == (~near).sum()
        kept += len(rows)
    assert 0 < kept < 20 * len(gta_welds)


def test_labels_take_states_and_nothing_of_the_sensors() -> None:
    assert list(signature(labels.labels_of).parameters) == ["states", "margin"]
    assert list(signature(labels.penetration_along).parameters) == ["states", "step_s"]


def test_sizes_are_in_the_planned_ranges(gta_welds: list[SimulatedWeld]) -> None:
    for weld in gta_welds:
        bead = weld.states.bead
        assert ((bead.top_width_m.values > 3.5e-3) & (bead.top_width_m.values < 9e-3)).all()
        assert ((bead.depth_m.values > 0.8e-3) & (bead.depth_m.values < 4e-3)).all()
