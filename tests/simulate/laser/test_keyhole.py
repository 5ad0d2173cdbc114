"""The mean keyhole against measured depths, published relations and closed forms."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.simulate.laser.keyhole import (
    aspect_from_keyhole_number,
    aspect_ratio,
    beam_radius,
    keyhole_number,
    oscillation_frequency,
    power_for_depth,
)
from weldfusion.simulate.laser.material import AL_6061, SS_304, TI_6AL_4V

RADIUS = 0.2e-3


def depth_mm(power: float, speed: float, radius: float | np.ndarray = RADIUS) -> np.ndarray:
    return 1e3 * radius * aspect_ratio(keyhole_number(power, speed, radius, AL_6061), AL_6061)


@pytest.fixture(scope="module")
def measured() -> pd.DataFrame:
    folder = os.environ.get("WELDFUSION_REAL_DATA")
    if not folder:
        pytest.skip("WELDFUSION_REAL_DATA is not set")
    path = Path(folder) / "laser_keyhole_depth.csv"
    assert path.is_file(), f"WELDFUSION_REAL_DATA is set, but {path} is missing"
    return pd.read_csv(path)


def test_keyhole_number_is_that_of_the_measurements(measured: pd.DataFrame) -> None:
    ours = keyhole_number(
        measured["etaP"].to_numpy(), measured["Vs"].to_numpy(), measured["r0"].to_numpy(), TI_6AL_4V
    )
    assert np.allclose(ours / measured["Ke"].to_numpy(), 1.0, atol=0.005)


def test_depth_line_of_the_measurements(measured: pd.DataFrame) -> None:
    number, aspect = measured["Ke"].to_numpy(), measured["e*"].to_numpy()
    slope, intercept = np.polyfit(number, aspect, 1)
    rest = aspect - (slope * number + intercept)
    assert slope == pytest.approx(0.4037, abs=0.002)
    assert intercept == pytest.approx(-0.435, abs=0.01)
    assert 1 - rest.var() / aspect.var() == pytest.approx(0.9812, abs=0.0005)
    assert TI_6AL_4V.depth_line.slope == pytest.approx(slope, abs=0.002)
    assert TI_6AL_4V.depth_line.intercept == pytest.approx(intercept, abs=0.01)


def test_titanium_depths_by_construction(measured: pd.DataFrame) -> None:
    radius = measured["r0"].to_numpy()
    number = keyhole_number(measured["etaP"].to_numpy(), measured["Vs"].to_numpy(), radius, TI_6AL_4V)
    error = radius * aspect_from_keyhole_number(number, TI_6AL_4V) - measured["e"].to_numpy()
    assert 1e6 * np.abs(error).mean() == pytest.approx(14, abs=1.5)


@pytest.mark.parametrize(
    ("power", "speed", "number", "aspect", "depth"),
    [(3e3, 0.06, 55.6, 20.0, 4.0), (4e3, 0.10, 58.0, 20.9, 4.2), (5e3, 0.10, 76.6, 27.8, 5.6)],
)
def test_worked_values_of_the_specification(
    power: float, speed: float, number: float, aspect: float, depth: float
) -> None:
    found = aspect_ratio(keyhole_number(power, speed, RADIUS, AL_6061), AL_6061)
    absorbed = power * AL_6061.absorptivity(found)
    assert keyhole_number(absorbed, speed, RADIUS, AL_6061) == pytest.approx(number, abs=0.1)
    assert found == pytest.approx(aspect, abs=0.06)
    assert depth_mm(power, speed) == pytest.approx(depth, abs=0.05)


def test_one_fixed_point_at_every_power() -> None:
    number = keyhole_number(np.linspace(800, 3000, 45), 0.1, RADIUS, AL_6061)
    low, high = (aspect_ratio(number, AL_6061, start, iterations=400) for start in (0.3, 30.0))
    assert np.allclose(low, high, atol=1e-6)
    assert np.allclose(aspect_ratio(number, AL_6061), low, rtol=2e-3)
    assert np.all(np.diff(low) > 0)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.5e-3, 8e-3), st.floats(0.05, 0.15))
def test_power_for_depth_is_the_inverse(depth: float, speed: float) -> None:
    power = power_for_depth(depth, speed, RADIUS, AL_6061)
    aspect = aspect_ratio(keyhole_number(power, speed, RADIUS, AL_6061), AL_6061, iterations=500)
    assert RADIUS * aspect == pytest.approx(depth, rel=1e-4)


def test_local_exponents_of_depth() -> None:
    power, speed = (a.ravel() for a in np.meshgrid(np.linspace(2500, 6000, 12), np.linspace(0.05, 0.15, 12)))
    columns = np.stack([np.log(power), np.log(speed), np.ones_like(power)], axis=1)
    fit, *_ = np.linalg.lstsq(columns, np.log(depth_mm(power, speed)), rcond=None)
    assert fit[:2] == pytest.approx([1.41, -0.66], abs=0.03)


def test_local_exponent_of_depth_in_steel() -> None:
    power = np.linspace(1200, 3500, 12)
    depth = aspect_ratio(keyhole_number(power, 0.1, RADIUS, SS_304), SS_304)
    assert np.polyfit(np.log(power), np.log(depth), 1)[0] == pytest.approx(1.16, abs=0.03)


def test_defocus_lowers_the_depth() -> None:
    depths = [float(depth_mm(4e3, 0.12, beam_radius(0.15e-3, z, 3.5e-3))) for z in (0, 2e-3, 4e-3, 6e-3)]
    assert depths == pytest.approx([4.79, 4.28, 3.10, 1.80], abs=0.01)


def test_oscillation_frequency_scales_with_the_radius() -> None:
    found = [float(oscillation_frequency(a, 20.0, AL_6061)) for a in (0.1e-3, 0.2e-3, 0.4e-3)]
    assert found == pytest.approx([2266, 801, 283], rel=1e-3)
    assert float(oscillation_frequency(47e-6, 5.0, TI_6AL_4V)) == pytest.approx(14.3e3, rel=0.02)
