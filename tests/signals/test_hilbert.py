"""Hilbert spectrum of signals whose amplitude and frequency are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weldfusion.errors import SignalError
from weldfusion.signals.hilbert import energy_map, hilbert_spectrum

RATE = 2000.0
TIME = np.arange(2000) / RATE
INSIDE = slice(100, -100)


@given(st.integers(10, 900), st.floats(0.01, 100), st.floats(0, 6))
def test_a_tone_of_whole_periods_is_exact(hz, amplitude, phase):
    found = hilbert_spectrum(amplitude * np.sin(2 * np.pi * hz * TIME + phase), RATE)
    np.testing.assert_allclose(found.amplitude, amplitude, rtol=1e-9)
    np.testing.assert_allclose(found.frequency_hz, hz, rtol=1e-6)


def test_a_chirp_and_a_modulated_tone():
    chirp = np.sin(2 * np.pi * (50 * TIME + 100 * TIME**2))
    modulation = 1 + 0.5 * np.sin(2 * np.pi * 3 * TIME)
    found = hilbert_spectrum(np.stack([chirp, modulation * np.sin(2 * np.pi * 200 * TIME)]), RATE)
    np.testing.assert_allclose(found.frequency_hz[0, INSIDE], 50 + 200 * TIME[INSIDE], rtol=0.02)
    np.testing.assert_allclose(found.amplitude[1, INSIDE], modulation[INSIDE], rtol=1e-6)


def test_energy_lies_in_its_band_and_column():
    tones = np.stack([3 * np.sin(2 * np.pi * 50 * TIME), 2 * np.sin(2 * np.pi * 300 * TIME)])
    energy = energy_map(hilbert_spectrum(tones, RATE), np.array([0, 100, 200, 400]), samples=500)
    np.testing.assert_allclose(energy, np.repeat([[9.0], [0], [4]], 4, axis=1) * 500, atol=1e-6)


def test_unusable_arguments_are_told():
    with pytest.raises(SignalError, match="rate"):
        hilbert_spectrum(np.ones(10), 0)
    with pytest.raises(SignalError, match="3 samples"):
        hilbert_spectrum(np.ones(3), 1)
    with pytest.raises(SignalError, match="nan"):
        hilbert_spectrum(np.full(9, np.nan), 1)
    found = hilbert_spectrum(np.sin(TIME), RATE)
    with pytest.raises(SignalError, match="edges_hz"):
        energy_map(found, np.array([1.0, 1.0]))
    with pytest.raises(SignalError, match="samples"):
        energy_map(found, np.array([1.0, 2.0]), 0)
