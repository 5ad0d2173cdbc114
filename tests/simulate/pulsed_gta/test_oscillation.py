"""Oscillation of the pool: published frequencies, decay, what is heard of it."""

import numpy as np
import pytest
from scipy.signal import welch

from weldfusion.simulate.pulsed_gta import oscillation
from weldfusion.simulate.pulsed_gta.steel import KINEMATIC_TENSION


@pytest.mark.parametrize(("diameter_mm", "bulk", "sloshing"), [(4, 340, 196), (6, 185, 107), (8, 120, 69)])
def test_frequencies_of_partial_penetration(diameter_mm: float, bulk: float, sloshing: float) -> None:
    size = np.array(diameter_mm * 1e-3)
    assert float(oscillation.bulk_frequency(size, KINEMATIC_TENSION)) == pytest.approx(bulk, abs=1)
    assert float(oscillation.sloshing_frequency(size, KINEMATIC_TENSION)) == pytest.approx(sloshing, abs=1)


@pytest.mark.parametrize(("diameter_mm", "plate_mm", "hertz"), [(4, 2, 89), (6, 3, 48), (8, 3, 36)])
def test_frequencies_of_complete_penetration(diameter_mm: float, plate_mm: float, hertz: float) -> None:
    found = oscillation.membrane_frequency(np.array(diameter_mm * 1e-3), plate_mm * 1e-3, KINEMATIC_TENSION)
    assert float(found) == pytest.approx(hertz, abs=1)


def test_bulk_over_sloshing() -> None:
    both = (
        oscillation.bulk_frequency(np.array(5e-3), 2e-4),
        oscillation.sloshing_frequency(np.array(5e-3), 2e-4),
    )
    assert float(both[0] / both[1]) == pytest.approx(1.733, abs=0.001)


def test_an_impulse_rings_and_decays() -> None:
    """Against the damped sine that the equation of motion gives."""
    drive = np.zeros(4410)
    drive[100] = 1.0
    found = oscillation.ringing(drive, np.full(4410, 185.0))
    since = np.arange(4410 - 100) / 4410
    expected = np.exp(-since / 0.060) * np.sin(2 * np.pi * 185 * since)
    assert np.allclose(found[100:], expected, atol=1e-6)
    assert np.allclose(found[:100], 0)


def test_stirring_alone_has_its_stated_level() -> None:
    current = np.full(200_000, 100.0)
    modes = np.tile([[185.0], [107.0], [48.0]], (1, len(current)))
    surface = oscillation.surface(current, modes, np.zeros(len(current)), np.random.default_rng(0))
    frequency, density = welch(surface, 4410, nperseg=8192)
    assert frequency[density.argmax()] == pytest.approx(185, abs=2)
    near = np.abs(frequency - 185) < 40
    assert np.sqrt(np.trapezoid(density[near], frequency[near])) == pytest.approx(0.12e-3, rel=0.1)


def test_the_note_drops_when_the_pool_comes_through() -> None:
    current = np.full(100_000, 100.0)
    modes = np.tile([[185.0], [107.0], [48.0]], (1, len(current)))
    peaks = []
    for opened in (0.0, 1.0):
        rng = np.random.default_rng(1)
        surface = oscillation.surface(current, modes, np.full(len(current), opened), rng)
        frequency, density = welch(surface, 4410, nperseg=8192)
        peaks.append(frequency[density.argmax()])
    assert peaks == pytest.approx([185, 48], abs=2)
