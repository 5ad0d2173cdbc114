"""Targets against the published figures and rules, from states alone."""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.simulate.resistance_spot.conftest import Made
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.resistance_spot import labels
from weldfusion.simulate.resistance_spot.states import Expulsions, Heat, States


@pytest.fixture
def sound(many: Made) -> States:
    return next(weld.states for weld in many if labels.quality(weld.states) == "good")


def with_nugget(states: States, nugget_mm: float, sheet_mm: float = 0.8) -> States:
    nugget = Curve(np.full(10, 1e-3 * nugget_mm), 5000.0)
    mark = replace(states.mark, lean=0.0)
    sheets = (1e-3 * sheet_mm, 1e-3 * sheet_mm)
    heat = Heat(states.heat.temperature_k, nugget)
    return replace(states, heat=heat, mark=mark, sheets_m=sheets, strength=1.0)


@pytest.mark.parametrize(("nugget_mm", "kilonewton"), [(1.9, 1.0), (4.7, 4.6)])
def test_pull_force_of_the_stated_formula(sound: States, nugget_mm: float, kilonewton: float) -> None:
    """330 d^1.7 N at 0.8 mm: 983 N and 4582 N (by hand)."""
    assert labels.pull_force_kn(with_nugget(sound, nugget_mm)) == pytest.approx(kilonewton, abs=0.05)
    thick = labels.pull_force_kn(with_nugget(sound, nugget_mm, 1.6))
    assert thick / labels.pull_force_kn(with_nugget(sound, nugget_mm)) == pytest.approx(2**0.8)


def test_a_nugget_must_have_3_5_roots_of_the_sheet(sound: States) -> None:
    assert labels.quality(with_nugget(sound, 3.6, 1.0)) == "good"
    assert labels.quality(with_nugget(sound, 3.4, 1.0)) == "bad"


def test_a_one_sided_nugget_is_bad_and_an_expulsion_explodes(sound: States) -> None:
    whole = with_nugget(sound, 4.0)
    leaning = replace(whole, mark=replace(whole.mark, lean=0.31))
    assert labels.quality(leaning) == "bad"
    burst = replace(leaning, expulsions=Expulsions(np.array([0.3]), np.array([0]), np.array([0.2])))
    assert labels.quality(burst) == "explode"


def test_labels_take_states_only() -> None:
    tree = ast.parse(Path(labels.__file__).read_text("utf-8"))
    taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert taken == {"math", "weldfusion.simulate.resistance_spot.states"}
