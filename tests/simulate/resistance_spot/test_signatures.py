"""Sensors are given states and their own set-up, never labels or what was intended."""

import ast
import inspect
from pathlib import Path

import pytest

import weldfusion.simulate.resistance_spot.sensors as sensors
from weldfusion.simulate.resistance_spot import states
from weldfusion.simulate.resistance_spot.sensors import curves, infrared, views

FOLDER = Path(sensors.__file__).parent
PACKAGE = "weldfusion.simulate.resistance_spot"
FORBIDDEN = {f"{PACKAGE}.{name}" for name in ("labels", "design", "joint", "weld", "process", "card")}


def taken(function) -> dict[str, str]:
    parameters = inspect.signature(function, eval_str=True).parameters
    return {name: parameter.annotation.__qualname__ for name, parameter in parameters.items()}


@pytest.mark.parametrize("device", [curves, infrared, views], ids=lambda device: device.__name__)
def test_a_device_takes_states_setup_and_its_own_stream(device) -> None:
    timed = {"clock": "Clock", "dropouts": "ndarray"} if device is curves else {"pixels": "int"}
    assert taken(device.record) == {"states": "States", "setup": "Setup", "rng": "Generator"} | timed
    assert list(taken(device.setup).values()) == ["Groups", "float"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_sensor_imports_labels_or_designs(path: Path) -> None:
    imported = {
        node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)
    }
    allowed = {f"{PACKAGE}.design"} if path.stem == "parameters" else set()
    assert not (imported & FORBIDDEN) - allowed


def test_states_hold_no_label_and_no_design() -> None:
    names = {name for _, record in inspect.getmembers(states, inspect.isclass) for name in vars(record)}
    assert not {name for name in names if "label" in name or "cause" in name or "design" in name}
