"""Sensors are given states and their own set-up, never labels or what was intended."""

import ast
import inspect
from pathlib import Path

import pytest

import weldfusion.simulate.aluminium_tig.sensors as sensors
from weldfusion.simulate.aluminium_tig import states
from weldfusion.simulate.aluminium_tig.sensors import current_speed, pool_camera

FOLDER = Path(sensors.__file__).parent
PACKAGE = "weldfusion.simulate.aluminium_tig"
FORBIDDEN = {f"{PACKAGE}.{name}" for name in ("labels", "design", "inputs", "weld", "process", "truth")}


@pytest.mark.parametrize("device", [current_speed, pool_camera], ids=["current_speed", "pool_camera"])
def test_a_device_takes_states_setup_clock_and_its_own_stream(device) -> None:
    record = inspect.signature(device.record, eval_str=True)
    taken = {key: value.annotation.__qualname__ for key, value in record.parameters.items()}
    assert taken == {
        "states": "States",
        "setup": "Setup",
        "clock": "Clock",
        "dropouts": "ndarray",
        "rng": "Generator",
    }
    assert device.modality().rate == device.RATE
    assert device.modality().name == Path(device.__file__).stem


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_sensor_imports_labels_or_designs(path: Path) -> None:
    imported = {
        name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
    }
    assert not imported & FORBIDDEN


def test_states_hold_no_label_and_no_design() -> None:
    names = {name for _, record in inspect.getmembers(states, inspect.isclass) for name in vars(record)}
    assert not {name for name in names if "label" in name or "cause" in name or "design" in name}
