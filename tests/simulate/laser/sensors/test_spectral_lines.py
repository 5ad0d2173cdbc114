"""Boltzmann strengths and plots."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.constants import e, k

from weldfusion.simulate.laser.sensors.spectral_lines import (
    BOLTZMANN_EV_K,
    LINES,
    boltzmann_temperature,
    emissivity,
    shares,
)


def lines(species: str):
    return tuple(line for line in LINES if line.species == species)


@given(st.floats(3_000, 9_000), st.floats(1e-6, 1e6), st.sampled_from(["Cu", "Fe", "Mg"]))
def test_a_boltzmann_plot_returns_the_temperature(temperature: float, density: float, species: str) -> None:
    strengths = np.array([density * emissivity(line, temperature) for line in lines(species)])
    assert boltzmann_temperature(lines(species), strengths) == pytest.approx(temperature, rel=1e-6)


def test_boltzmann_plot_equals_a_least_squares_line() -> None:
    copper = lines("Cu")
    measured = np.random.default_rng(0).uniform(0.5, 2.0, (3, 7))
    for column in range(7):
        level = [
            np.log(i * x.nm / (x.weight * x.probability))
            for i, x in zip(measured[:, column], copper, strict=True)
        ]
        slope = np.polyfit([line.energy_ev for line in copper], level, 1)[0]
        assert boltzmann_temperature(copper, measured)[column] == pytest.approx(-1 / (BOLTZMANN_EV_K * slope))


def test_constant_and_reference() -> None:
    assert pytest.approx(k / e, rel=1e-6) == BOLTZMANN_EV_K
    strongest = {line.species: 0.0 for line in LINES}
    for line, share in zip(LINES, shares(LINES), strict=True):
        strongest[line.species] = max(strongest[line.species], share)
    assert set(strongest.values()) == {1.0}


def test_doublets_have_the_ratio_of_their_statistical_weights() -> None:
    sodium = [emissivity(line, 5_000) for line in lines("Na")]
    assert sodium[0] / sodium[1] == pytest.approx(2.0, rel=0.02)
    aluminium = [emissivity(line, 5_000) for line in lines("Al")]
    assert aluminium[1] / aluminium[0] == pytest.approx(2.0, rel=0.05)
