"""Random signals against their analytic spectra and correlations."""

import numpy as np
import pytest
from scipy.signal import welch

from weldfusion.simulate.random_signals import (
    band_noise,
    complex_ornstein_uhlenbeck,
    ornstein_uhlenbeck,
    pink_noise,
)

SAMPLES = 400_000


def test_ornstein_uhlenbeck_correlation_is_exponential() -> None:
    signal = ornstein_uhlenbeck(np.random.default_rng(1), SAMPLES, 1000.0, 0.02)
    for lag in (5, 20, 40):
        found = np.mean(signal[lag:] * signal[:-lag])
        assert found == pytest.approx(np.exp(-lag / 20), abs=0.04)


def test_ornstein_uhlenbeck_starts_stationary() -> None:
    starts = [ornstein_uhlenbeck(np.random.default_rng(k), 3, 1000.0, 1.0)[0] for k in range(2000)]
    assert np.std(starts) == pytest.approx(1.0, abs=0.06)


def test_complex_process_has_unit_power_and_no_preferred_phase() -> None:
    q = complex_ornstein_uhlenbeck(np.random.default_rng(2), SAMPLES, 20_000.0, 0.004)
    assert np.mean(np.abs(q) ** 2) == pytest.approx(1.0, abs=0.05)
    assert abs(np.mean(q**2)) < 0.05


def test_band_noise_has_unit_variance_in_its_band() -> None:
    signal = band_noise(np.random.default_rng(3), SAMPLES, 48_000, 500, 1_500)
    frequency, density = welch(signal, 48_000, nperseg=8192)
    inside = (frequency > 350) & (frequency < 2_100)
    assert signal.var() == pytest.approx(1.0, abs=0.03)
    assert density[inside].sum() / density.sum() > 0.9


def test_pink_noise_falls_with_one_over_f() -> None:
    signal = pink_noise(np.random.default_rng(4), SAMPLES)
    frequency, density = welch(signal, 1.0, nperseg=2**14)
    used = (frequency > 1e-3) & (frequency < 0.3)
    slope = np.polyfit(np.log(frequency[used]), np.log(density[used]), 1, w=1 / np.sqrt(frequency[used]))[0]
    assert slope == pytest.approx(-1.0, abs=0.1)
    assert signal.std() == pytest.approx(1.0, abs=0.1)
