"""Pores and collapses: literature ranges and the drag law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import skew

from weldfusion.simulate.labels import penetration_along, weld_penetration
from weldfusion.simulate.laser_weld import SimulatedWeld
from weldfusion.simulate.material import AL_6061
from weldfusion.simulate.pores import rise_speed


@given(st.floats(2e-5, 8e-4))
def test_rise_speed_balances_drag_and_buoyancy(diameter: float) -> None:
    liquid = AL_6061.liquid
    speed = float(rise_speed(np.array(diameter), liquid))
    reynolds = liquid.density * speed * diameter / liquid.viscosity
    stokes = 9.81 * diameter**2 * liquid.density / (18 * liquid.viscosity)
    assert speed * (1 + 0.15 * reynolds**0.687) == pytest.approx(stokes, rel=1e-6)


def test_collapses_are_bursty_and_apart(welds: list[SimulatedWeld]) -> None:
    times = [weld.states.events.time_s for weld in welds]
    counts = np.concatenate([np.histogram(t, 10, (0, 2))[0] for t in times])
    assert 2 < sum(map(len, times)) / (2 * len(times)) < 6
    assert 1.1 < counts.var() / counts.mean() < 1.6
    assert min(np.diff(t).min() for t in times if len(t) > 1) >= 3e-3


def test_pore_sizes_and_survival(welds: list[SimulatedWeld]) -> None:
    pores = [weld.states.pores for weld in welds]
    survived = np.concatenate([p.survived for p in pores])
    diameter = 1e6 * np.concatenate([p.diameter_m for p in pores])[survived]
    spread = np.log(diameter)
    assert 120 < np.median(diameter) < 155
    assert np.mean(diameter > 100) == pytest.approx(0.775, abs=3 * np.sqrt(0.775 * 0.225 / len(diameter)))
    assert 0.40 < spread.std() < 0.53
    assert abs(skew(spread)) < 0.35
    assert 0.6 < survived.mean() < 0.95


def test_open_roots_vent(welds: list[SimulatedWeld]) -> None:
    pores, length = {"FP": 0, "PP": 0, "LP": 0}, {"FP": 0.0, "PP": 0.0, "LP": 0.0}
    for weld in welds:
        name = weld_penetration(penetration_along(weld.states))
        kept = weld.states.pores.survived & (weld.states.pores.diameter_m >= 50e-6)
        pores[name] += int(kept.sum())
        length[name] += 100 * weld.states.speed_m_s * weld.states.duration_s
    per_cm = {name: pores[name] / length[name] for name in pores}
    assert per_cm["FP"] <= 0.85 * per_cm["PP"]
    assert 0.1 < per_cm["PP"] < 0.6
