"""Labels: from states alone, and right for hand-made states."""

import ast
import inspect
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser import labels, sensors
from weldfusion.simulate.laser.labels import (
    along_mm,
    local_porosity,
    mean_mm,
    penetration_along,
    pore_intervals,
    pores_per_cm,
    weld_penetration,
)
from weldfusion.simulate.laser.pores import Pores
from weldfusion.simulate.laser.weld import TIMED, SimulatedWeld


def test_sensors_are_given_states_and_set_up_only() -> None:
    for sensor in TIMED.values():
        assert list(inspect.signature(sensor.record).parameters) == [
            "states",
            "setup",
            "clock",
            "dropouts",
            "rng",
        ]


def test_no_sensor_knows_labels_and_no_label_knows_sensors() -> None:
    def imported(path: Path) -> set[str]:
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        return {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}

    for path in Path(sensors.__file__).parent.glob("*.py"):
        assert "weldfusion.simulate.laser.labels" not in imported(path)
        assert path.stem == "parameters" or "weldfusion.simulate.laser.design" not in imported(path)
    assert not any("sensors" in name for name in imported(Path(labels.__file__)))


def test_labels_of_hand_made_states(welds: list[SimulatedWeld]) -> None:
    states = welds[0].states
    root = np.zeros(40_000)
    root[30_000:] = 1.0
    depth = np.full(4_000, 0.5 * states.plate_m)
    depth[1_000:] = 0.9 * states.plate_m
    made = replace(
        states,
        keyhole=replace(states.keyhole, open_root=Curve(root, 20_000)),
        bead=replace(states.bead, depth_m=Curve(depth, 2_000)),
    )
    along = penetration_along(made)
    assert along.labels == ("LP",) * 20 + ("PP",) * 40 + ("FP",) * 20
    assert np.allclose(np.diff(along.edges_s), 0.025)
    assert weld_penetration(along) == "PP"


def test_pores_become_intervals_of_one_millimetre_that_are_joined_and_cut(welds: list[SimulatedWeld]) -> None:
    millimetres = np.array([0.2, 20.0, 20.8, 50.0, 60.0, 70.0])
    pores = Pores(
        event=np.zeros(6, int),
        diameter_m=np.array([60, 60, 60, 49, 60, 60]) * 1e-6,
        depth_m=np.full(6, 1e-3),
        position_m=millimetres * 1e-3,
        survived=np.array([True, True, True, True, False, True]),
    )
    made = replace(welds[0].states, speed_m_s=0.1, duration_s=0.702, pores=pores)
    assert np.allclose(pore_intervals(made), [[0, 0.007], [0.195, 0.213], [0.695, 0.702]])
    assert pores_per_cm(made) == pytest.approx(4 / 7.02)
    assert pore_intervals(replace(made, pores=replace(pores, survived=np.zeros(6, bool)))).shape == (0, 2)


def test_local_porosity_is_the_share_of_pores_in_two_millimetres(welds: list[SimulatedWeld]) -> None:
    pores = Pores(
        event=np.zeros(4, int),
        diameter_m=np.array([200, 400, 400, 40]) * 1e-6,
        depth_m=np.full(4, 1e-3),
        position_m=np.array([20.0, 20.6, 50.0, 60.0]) * 1e-3,
        survived=np.array([True, True, False, True]),
    )
    depth = np.full(2_000, 2e-3)
    depth[1_000:] = 4e-3
    bead = replace(welds[0].states.bead, depth_m=Curve(depth, 2_000))
    made = replace(welds[0].states, speed_m_s=0.1, duration_s=1.0, bead=bead, pores=pores)
    found = local_porosity(made)
    small, large = (100 * np.pi / 4 * size**2 / (2 * 2) for size in (0.2, 0.4))
    place = 0.1 * (np.arange(1_000) + 0.5)
    expected = small * (abs(place - 20) <= 1) + large * (abs(place - 20.6) <= 1)
    assert found.shape == (1_000,)
    assert found.dtype == np.float32
    assert np.allclose(found, expected, rtol=1e-5)
    at_step = replace(made, pores=replace(pores, position_m=np.array([50.0, 0.0, 0.0, 0.0]) * 1e-3))
    section = 2 * 1.05 + 4 * 0.95  # mm² from 48.95 to 50.95 mm
    assert local_porosity(at_step)[499] == pytest.approx(100 * np.pi / 4 * 0.2**2 / section, rel=1e-4)


def test_curves_along_the_seam_are_means_of_a_millisecond() -> None:
    curve = Curve(np.repeat([1e-3, 3e-3], 1000) + np.tile([0, 1e-4], 1000), 2_000)
    found = along_mm(curve)
    assert found.dtype == np.float32
    assert np.allclose(found, np.repeat([1.05, 3.05], 500))
    assert mean_mm(curve) == pytest.approx(2.05)


def test_the_back_bead_is_wide_where_the_root_is_open_only(welds: list[SimulatedWeld]) -> None:
    opened = np.concatenate([weld.states.keyhole.open_root.values.reshape(-1, 400).mean(1) for weld in welds])
    width = np.concatenate([weld.states.bead.back_width_m.values.reshape(-1, 40).mean(1) for weld in welds])
    assert 1e3 * width[opened > 0.95].mean() > 0.4
    assert 1e3 * width[opened < 0.01].mean() < 0.1


def test_classes_are_balanced_enough(welds: list[SimulatedWeld]) -> None:
    counts = Counter(name for weld in welds for name in penetration_along(weld.states).labels)
    total = sum(counts.values())
    assert all(0.18 < counts[name] / total < 0.5 for name in ("LP", "PP", "FP"))
