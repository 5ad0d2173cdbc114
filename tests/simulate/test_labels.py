"""Labels: from states alone, and right for hand-made states."""

import ast
import inspect
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from weldfusion.simulate import labels, sensors
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.labels import penetration_along, weld_penetration
from weldfusion.simulate.laser_weld import TIMED, SimulatedWeld


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
        assert "weldfusion.simulate.labels" not in imported(path)
        assert path.stem == "parameters" or "weldfusion.simulate.design" not in imported(path)
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


def test_classes_are_balanced_enough(welds: list[SimulatedWeld]) -> None:
    counts = Counter(name for weld in welds for name in penetration_along(weld.states).labels)
    total = sum(counts.values())
    assert all(0.18 < counts[name] / total < 0.5 for name in ("LP", "PP", "FP"))
