"""Pores and collapses: literature ranges and the drag law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weldfusion.simulate.laser.figures import of_states
from weldfusion.simulate.laser.material import AL_6061
from weldfusion.simulate.laser.pores import rise_speed
from weldfusion.simulate.laser.weld import SimulatedWeld


@given(st.floats(2e-5, 8e-4))
def test_rise_speed_balances_drag_and_buoyancy(diameter: float) -> None:
    liquid = AL_6061.liquid
    speed = float(rise_speed(np.array(diameter), liquid))
    reynolds = liquid.density * speed * diameter / liquid.viscosity
    stokes = 9.81 * diameter**2 * liquid.density / (18 * liquid.viscosity)
    assert speed * (1 + 0.15 * reynolds**0.687) == pytest.approx(stokes, rel=1e-6)


def test_collapses_are_bursty_and_apart(welds: list[SimulatedWeld]) -> None:
    found = of_states.collapses([weld.states for weld in welds])
    assert 2 < found["per second"] < 6
    assert 1.1 < found["fano"] < 1.6
    assert found["shortest interval"] >= 3e-3
    counted = sum(len(weld.states.events) for weld in welds)
    for kind, share in (("full collapse", 0.35), ("root pinch-off", 0.40), ("mouth closure", 0.25)):
        assert found[f"share of {kind}"] == pytest.approx(
            share, abs=4 * np.sqrt(share * (1 - share) / counted)
        )


def test_pore_sizes_and_survival(welds: list[SimulatedWeld]) -> None:
    found = of_states.pore_sizes([weld.states for weld in welds])
    assert 120 < found["median"] < 155
    resolved = np.sqrt(0.775 * 0.225 / found["number"])
    assert found["over 100 µm"] == pytest.approx(0.775, abs=0.04 + 2 * resolved)
    assert 0.40 < found["sd of ln"] < 0.53
    assert abs(found["skew of ln"]) < 0.35
    assert 0.6 < found["stayed"] < 0.95


def test_open_roots_vent(welds: list[SimulatedWeld]) -> None:
    per_cm = of_states.porosity_by_penetration([weld.states for weld in welds])
    assert per_cm["FP"] <= 0.85 * per_cm["PP"]
    assert per_cm["FP"] <= 0.85 * per_cm["not FP"]
    assert 0.1 < per_cm["PP"] < 0.6
