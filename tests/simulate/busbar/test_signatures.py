"""Sensors are given states and their own set-up, never labels or what was intended."""

import ast
import inspect
from pathlib import Path

import pytest

import weldfusion.simulate.busbar.sensors as sensors
from weldfusion.simulate.busbar import states
from weldfusion.simulate.busbar.sensors import picture, spectrometer

FOLDER = Path(sensors.__file__).parent
FORBIDDEN = {
    f"weldfusion.simulate.busbar.{name}" for name in ("labels", "design", "seam", "weld", "process", "preset")
}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_sensor_imports_labels_or_designs(path: Path) -> None:
    imported = {
        node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)
    }
    allowed = {"weldfusion.simulate.busbar.design"} if path.stem == "parameters" else set()
    assert not (imported & FORBIDDEN) - allowed


def test_sensors_take_states_set_up_and_their_own_stream() -> None:
    taken = inspect.signature(spectrometer.record, eval_str=True).parameters
    assert [p.annotation.__qualname__ for p in taken.values()] == [
        "SeamStates",
        "Setup",
        "Clock",
        "ndarray",
        "Generator",
    ]
    assert list(inspect.signature(picture.record).parameters) == [
        "seams",
        "setup",
        "columns",
        "colour",
        "rng",
    ]


def test_states_hold_no_label_and_no_design() -> None:
    names = {name for _, record in inspect.getmembers(states, inspect.isclass) for name in vars(record)}
    assert not {name for name in names if "label" in name or "cause" in name or "design" in name}
