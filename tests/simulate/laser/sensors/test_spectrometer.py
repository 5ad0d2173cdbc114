"""Spectrometer: line positions, temperature by a Boltzmann plot, water, oil, noise."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.constants import c, h, k

from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.laser.sensors import spectrometer
from weldfusion.simulate.laser.sensors.spectral_lines import LINES, boltzmann_temperature
from weldfusion.simulate.sensors.clock import Clock

NO_DROPOUTS = np.zeros((0, 2))
CLOCK = Clock(280.0, offset_s=-0.01)
PLAIN = spectrometer.Setup(throughput=1.0, temperature_offset_k=0.0, noise=1.0)
SILENT = replace(PLAIN, noise=0.0)
NM = spectrometer.WAVELENGTHS_NM
COPPER = tuple(line for line in LINES if line.species == "Cu")


def spectra(states, setup=PLAIN, dropouts=NO_DROPOUTS, seed=0):
    return spectrometer.record(states, setup, CLOCK, dropouts, np.random.default_rng(seed))


def inside(values: np.ndarray) -> np.ndarray:
    times = CLOCK.times(2.0)
    return values[..., (times > 0.05) & (times < 1.95)]


def heights(values: np.ndarray, lines) -> np.ndarray:
    """Peak heights of lines over a smooth background by least squares, (lines, time)."""
    centres = np.array([line.nm for line in lines])
    used = (np.abs(NM[:, None] - centres) < 12).any(axis=1)
    shape = np.exp(-4 * np.log(2) * ((NM[used, None] - centres) / 2.1) ** 2)
    smooth = spectrometer.continuum()[used, None]
    return np.linalg.lstsq(np.hstack([shape, smooth]), values[used], rcond=None)[0][: len(lines)]


@pytest.fixture(scope="module")
def copper(some_states, changed):
    """A weld whose vapour is copper at 5200 K throughout."""
    states = changed(
        some_states[0], "keyhole.plume_temperature_k", lambda values: np.full_like(values, 5_200)
    )
    radiation = replace(states.material.radiation, vapour={"Cu": 0.30})
    return replace(states, material=replace(states.material, radiation=radiation))


def test_boltzmann_plot_of_copper_lines_returns_the_temperature_exactly(copper) -> None:
    found = boltzmann_temperature(COPPER, inside(heights(spectra(copper, SILENT), COPPER)))
    assert np.allclose(found, 5_200.0, atol=2.0)
    hotter = replace(SILENT, temperature_offset_k=300.0)
    found = boltzmann_temperature(COPPER, inside(heights(spectra(copper, hotter), COPPER)))
    assert np.allclose(found, 5_500.0, atol=2.0)


def test_boltzmann_plot_is_within_eight_percent_with_noise(copper) -> None:
    steps = inside(spectra(copper))
    blocks = steps[:, : steps.shape[1] // 14 * 14].reshape(256, -1, 14).mean(axis=2)
    found = boltzmann_temperature(COPPER, heights(blocks, COPPER))
    assert np.mean(np.abs(found / 5_200 - 1) < 0.08) > 0.95


@pytest.mark.parametrize("nm", [396.15, 589.0, 766.49])
def test_lines_stand_at_their_wavelengths(some_states, nm: float) -> None:
    mean = inside(spectra(some_states[0], SILENT)).mean(axis=1)
    near = np.abs(NM - nm) < 6
    around = np.interp(NM[near], NM[near][[0, -1]], mean[near][[0, -1]])
    peak = np.clip(mean[near] - around, 0, None)
    expected = np.average([589.0, 589.59], weights=[2, 1]) if nm == 589.0 else nm
    expected = np.average([394.40, 396.15], weights=[1, 2]) if nm == 396.15 else expected
    assert np.sum(NM[near] * peak) / peak.sum() == pytest.approx(expected, abs=0.4)


def test_resolution_and_axis() -> None:
    assert (NM[0], NM[-1], len(NM)) == (340, 800, 256)
    profile = spectrometer.line_profiles(COPPER)[0]
    fine = np.interp(np.linspace(505, 516, 5_000), NM, profile)
    assert np.mean(fine > 0.5) * 11 == pytest.approx(2.1, abs=0.35)


def test_continuum_is_a_grey_body_of_3100_k() -> None:
    nm = np.array([400.0, 550.0, 700.0])
    metre = nm * 1e-9
    planck = metre**-5 / (np.exp(h * c / (metre * k * 3_100)) - 1)
    found = np.interp(nm, NM, spectrometer.continuum())
    assert np.allclose(found / found[1], planck / planck[1], rtol=2e-3)
    assert spectrometer.continuum().max() == pytest.approx(0.35)


def test_water_raises_balmer_alpha_six_to_twelve_times(some_states, changed) -> None:
    hydrogen = tuple(line for line in LINES if line.species == "H")
    wet = changed(some_states[0], "film.water", np.ones_like)
    wet = changed(wet, "keyhole.plume_temperature_k", lambda values: 0.95 * values)
    dry_line, wet_line = (
        inside(heights(spectra(states, SILENT), hydrogen)).mean() for states in (some_states[0], wet)
    )
    assert 6 < wet_line / dry_line < 12


def test_oil_raises_the_swan_band_two_to_three_times(some_states, changed) -> None:
    oiled = changed(some_states[0], "film.oil", np.ones_like)
    clean, dirty = (inside(spectra(states, SILENT)).mean(axis=1) for states in (some_states[0], oiled))
    at = np.abs(NM - 515).argmin()
    assert 2 < dirty[at] / clean[at] < 3.2
    red = NM > 700
    assert np.mean(dirty[red] / clean[red]) == pytest.approx(1.4, abs=0.02)


def test_thermometers_follow_the_temperature(some_states, changed) -> None:
    magnesium = tuple(line for line in LINES if line.species == "Mg")

    def ratio(temperature: float) -> float:
        states = changed(
            some_states[0], "keyhole.plume_temperature_k", lambda v: np.full_like(v, temperature)
        )
        violet, *_, green = spectrometer.line_heights(states.material, np.array([temperature]), np.zeros(1))[
            0, [i for i, line in enumerate(spectrometer.lines_of(states.material)) if line in magnesium]
        ]
        return violet / green

    upper, lower = 5.946, 5.108
    expected = np.exp((upper - lower) / 8.617333e-5 * (1 / 4_700 - 1 / 5_700))
    assert ratio(5_700) / ratio(4_700) == pytest.approx(expected, rel=1e-6)


def test_integration_keeps_the_mean(some_states) -> None:
    states = some_states[0]
    times, step = CLOCK.times(2.0), 1 / 280
    red = spectrometer.light(states, 0.0, times, step)[-1]
    for number in (60, 200, 400):
        around = states.keyhole.vapour.at(times[number] + np.linspace(-step / 2, step / 2, 401))
        assert red[number] == pytest.approx(0.35 * around.mean(), rel=0.03)


def test_range_noise_and_group_effects(some_states) -> None:
    values = spectra(some_states[0])
    assert values.shape == (256, 566)
    assert values.dtype == np.float32
    assert np.isfinite(values).all()
    assert values.max() <= 4
    off = CLOCK.times(2.0) < -2.5e-3
    assert values[:, off].std() == pytest.approx(0.004, rel=0.1)
    setups = [
        spectrometer.setup(Groups(0, "laser_al", Place("m", f"s{k}", "w", 0.0)), 1.0) for k in range(800)
    ]
    assert np.std(np.log([s.throughput for s in setups])) == pytest.approx(0.30, rel=0.1)
    assert np.std([s.temperature_offset_k for s in setups]) == pytest.approx(120, rel=0.1)


def test_a_dropout_repeats_the_last_spectrum(some_states) -> None:
    values = spectra(some_states[0], dropouts=np.array([[0.5, 0.6]]))
    held = np.flatnonzero((CLOCK.times(2.0) >= 0.5) & (CLOCK.times(2.0) < 0.6))
    assert np.all(values[:, held] == values[:, held[0] - 1, None])
