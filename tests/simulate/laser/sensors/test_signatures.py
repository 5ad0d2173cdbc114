"""Sensors are given states and their own set-up, never labels or what was intended."""

import ast
import inspect
from pathlib import Path

import pytest

import weldfusion.simulate.laser.sensors as sensors
from tests.simulate.laser.sensors.devices import DEVICES
from weldfusion.simulate.laser.weld import TIMED

FOLDER = Path(sensors.__file__).parent
FORBIDDEN = {
    f"weldfusion.simulate.laser.{name}" for name in ("labels", "design", "weld", "process", "preset")
}


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_takes_states_setup_clock_and_its_own_stream(name: str) -> None:
    device = TIMED[name]
    record = inspect.signature(device.record, eval_str=True)
    taken = {key: value.annotation.__qualname__ for key, value in record.parameters.items()}
    assert taken == {
        "states": "Lasting" if name == "noise" else "States",
        "setup": "Setup",
        "clock": "Clock",
        "dropouts": "ndarray",
        "rng": "Generator",
    }
    setup = inspect.signature(device.setup, eval_str=True)
    assert [p.annotation.__qualname__ for p in setup.parameters.values()] == ["Groups", "float"]
    assert device.modality().name == name
    assert device.modality().rate == device.RATE


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_sensor_imports_labels_or_designs(path: Path) -> None:
    imported = {
        node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)
    }
    allowed = {"weldfusion.simulate.laser.design"} if path.stem == "parameters" else set()
    assert not (imported & FORBIDDEN) - allowed


def test_states_hold_no_label_and_no_design() -> None:
    from weldfusion.simulate.laser import states

    names = {name for _, record in inspect.getmembers(states, inspect.isclass) for name in vars(record)}
    assert not {name for name in names if "label" in name or "cause" in name or "design" in name}
