"""States of a weld against the closed forms they are made of; labels against states made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from weldfusion.simulate.cmt import labels
from weldfusion.simulate.cmt.pool import free_depth
from weldfusion.simulate.cmt.states import lagged
from weldfusion.simulate.curve import Curve

NON, FULL, EXCESSIVE = labels.PENETRATION


@pytest.mark.parametrize("wire", [3.5 / 60, 5 / 60, 8 / 60])
def test_depth_is_that_of_the_formula_and_what_passes_the_root_sags(steady, wire: float) -> None:
    states = steady(wire, seconds=60.0)
    expected = float(free_depth(np.array(wire), 5e-3, np.array(0.4e-3)))
    assert states.depth_m.values.mean() == pytest.approx(expected, rel=0.01)
    assert states.sag_m.values.mean() == pytest.approx(max(expected - 2.5e-3, 0), abs=0.05e-3)
    assert states.open_root.values.mean() > 0.99 if expected > 2.8e-3 else states.sag_m.values.max() < 1e-4


def test_a_lag_follows_a_step_exponentially() -> None:
    step = np.concatenate([np.zeros(10), np.ones(190)])
    followed = lagged(step, 0.15)
    t = (np.arange(190) + 1) / 200
    assert followed[10:] == pytest.approx(1 - np.exp(-t / 0.15))


def made(steady, opened: np.ndarray, sag_mm: np.ndarray):
    states = steady(seconds=1.0)
    return replace(states, open_root=Curve(opened, 200.0), sag_m=Curve(1e-3 * sag_mm, 200.0))


def test_penetration_follows_open_root_and_sag(steady) -> None:
    opened = np.repeat([0.0, 1.0, 1.0, 0.4], 50)
    sag = np.repeat([0.0, 0.6, 1.4, 2.0], 50)
    rows = labels.penetration_along(made(steady, opened, sag))
    assert [name for *_, name in rows] == [NON] * 5 + [FULL] * 5 + [EXCESSIVE] * 5 + [NON] * 5
    assert [row[0] for row in rows] == pytest.approx(list(np.arange(20) * 0.05))
    assert labels.weld_penetration(rows) == NON


def test_curves_are_means_of_10_ms_in_mm() -> None:
    curve = Curve(np.arange(400) * 1e-3, 200.0)
    along = labels.along_mm(curve)
    assert along.shape == (200,)
    assert along.dtype == np.float32
    assert along[:3] == pytest.approx([0.5, 2.5, 4.5])
    assert labels.mean_mm(curve) == pytest.approx(199.5)
