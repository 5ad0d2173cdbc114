"""Spectra of a seam: 560 steps, lines where films lie, no sight of a gap from 0.3 mm on."""

from dataclasses import replace

import numpy as np

from weldfusion.simulate.busbar.preset import BUSBAR
from weldfusion.simulate.busbar.sensors import spectrometer
from weldfusion.simulate.busbar.sensors.spectrometer import Setup
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser.inputs import Inputs
from weldfusion.simulate.laser.keyhole_weld import simulate_states
from weldfusion.simulate.laser.sensors.spectral_lines import LINES, boltzmann_temperature
from weldfusion.simulate.laser.sensors.spectrometer import WAVELENGTHS_NM, line_heights, lines_of
from weldfusion.simulate.laser.states import FilmStates
from weldfusion.simulate.sensors.clock import Clock

PLAIN = Setup(1.0, 0.0, 0.0)
NEVER = np.zeros((0, 2))
CLOCK = Clock(spectrometer.RATE, offset_s=-0.01)


def spectra(states) -> np.ndarray:
    return spectrometer.record(states, PLAIN, CLOCK, NEVER, np.random.default_rng(0))


def near(nm: float) -> int:
    return int(np.abs(WAVELENGTHS_NM - nm).argmin())


def net(spectrum: np.ndarray, nm: float) -> float:
    """Height over the level 6 nm to both sides."""
    at = near(nm)
    return float(spectrum[at] - (spectrum[at - 4] + spectrum[at + 4]) / 2)


def test_a_seam_has_560_steps(seams) -> None:
    found = spectra(seams[0].states)
    times = CLOCK.times(seams[0].states.duration_s)
    assert ((times >= 0) & (times < 0.56 - 1e-9)).sum() == 560
    assert found.shape == (256, 580)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


def test_films_speak_where_they_lie(seams) -> None:
    """Validation row 19: light at 515 nm 2 to 3.2 times as high under oil. Under water Balmer-alpha
    rises more than in a steady plume (next test), as its hottest moments count most."""
    design = next(seam for seam in seams if seam.design.cause == "none")
    half = len(design.inputs.power_w) // 2
    step = np.repeat([0.0, 1.0], half)
    clean = np.zeros(2 * half)
    streams = [np.random.default_rng(seed) for seed in (1, 2)]

    def record(water: np.ndarray, oil: np.ndarray) -> np.ndarray:
        film = FilmStates(Curve(water, 500.0), Curve(oil, 500.0), np.zeros(0))
        weld = simulate_states(design.joint, design.inputs, film, *streams)
        return spectra(replace(design.states, weld=weld))

    wet, oily = record(step, clean), record(clean, step)
    before, under = slice(60, 270), slice(310, 520)
    hydrogen = [net(wet[:, part].mean(axis=1), 656.28) for part in (before, under)]
    assert hydrogen[1] / hydrogen[0] > 6
    band = [oily[near(515), part].mean() for part in (before, under)]
    assert 2 < band[1] / band[0] < 3.4


def test_balmer_alpha_under_water_in_a_steady_plume() -> None:
    """Validation row 19: 6 to 12 times as high, although the wet plume is 5 % colder."""
    at = [line.species for line in lines_of(BUSBAR.material)].index("H")
    dry, wet = (
        line_heights(BUSBAR.material, np.array([kelvin]), np.array([water]))[0, at]
        for kelvin, water in ((5200.0, 0.0), (0.95 * 5200.0, 1.0))
    )
    assert 6 < wet / dry < 12


def test_a_gap_from_0_3_mm_on_is_not_seen() -> None:
    def factor(gap_m: float) -> float:
        nothing = np.zeros(1)
        return float(Inputs(nothing, nothing, np.array([gap_m]), nothing, nothing).gap_factor[0])

    assert factor(0.3e-3) == factor(0.8e-3) == 0.75
    assert factor(0.1e-3) > factor(0.2e-3) > 0.75


def test_copper_lines_give_the_temperature_back() -> None:
    """Validation row 19: a Boltzmann plot of the three Cu lines returns what was put in."""
    copper = replace(BUSBAR.material, radiation=replace(BUSBAR.material.radiation, vapour={"Cu": 0.30}))
    for kelvin in (4600.0, 5200.0, 5800.0):
        heights = line_heights(copper, np.array([kelvin]), np.zeros(1))[0]
        lines = tuple(line for line in LINES if line.species == "Cu")
        assert lines == lines_of(copper)
        assert abs(float(boltzmann_temperature(lines, heights)) - kelvin) < 1
