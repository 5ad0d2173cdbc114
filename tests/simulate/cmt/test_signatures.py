"""Sensors are given states and their own set-up, never labels or what was intended."""

import ast
import inspect
from dataclasses import fields
from pathlib import Path

import pytest

import weldfusion.simulate.cmt.sensors as sensors
from weldfusion.simulate.cmt import labels
from weldfusion.simulate.cmt.states import States
from weldfusion.simulate.cmt.weld import devices

FOLDER = Path(sensors.__file__).parent
FORBIDDEN = {f"weldfusion.simulate.cmt.{name}" for name in ("labels", "design", "weld", "process", "card")}


@pytest.mark.parametrize("name", ["camera", "microphone", "current", "voltage", "noise"])
def test_a_device_takes_states_setup_clock_and_its_own_stream(name: str) -> None:
    device = devices(64)[name]
    assert list(inspect.signature(device.record).parameters) == [
        "states",
        "setup",
        "clock",
        "dropouts",
        "rng",
    ]
    assert device.modality.name == name
    assert device.modality.rate == device.rate
    assert set(devices(64)) == {"camera", "microphone", "current", "voltage", "noise"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_sensor_imports_labels_or_designs(path: Path) -> None:
    imported = {
        node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)
    }
    allowed = {"weldfusion.simulate.cmt.design"} if path.stem == "parameters" else set()
    assert not (imported & FORBIDDEN) - allowed


def test_labels_take_states_only_and_states_hold_no_label() -> None:
    assert list(inspect.signature(labels.penetration_along).parameters) == ["states"]
    names = {field.name for field in fields(States)}
    assert not {name for name in names if "label" in name or "penetration" in name or "cause" in name}
