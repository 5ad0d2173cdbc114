"""Random signals of unit variance: Ornstein–Uhlenbeck, band-limited and pink noise."""

from functools import lru_cache

import numpy as np
from scipy.signal import butter, lfilter, sosfilt, sosfreqz

PINK_ZEROS = np.array([0.049922035, -0.095993537, 0.050612699, -0.004408786])
PINK_POLES = np.array([1, -2.494956002, 2.017265875, -0.5221894])


def ornstein_uhlenbeck(
    rng: np.random.Generator, samples: int, rate: float, time_constant: float
) -> np.ndarray:
    """Stationary Ornstein–Uhlenbeck process of unit variance, `time_constant` in seconds.

    >>> x = ornstein_uhlenbeck(np.random.default_rng(0), 200_000, 1000.0, 0.01)
    >>> bool(abs(x.std() - 1) < 0.03)
    True
    """
    keep = np.exp(-1 / (rate * time_constant))
    noise = rng.standard_normal(samples + 1)
    signal, _ = lfilter([np.sqrt(1 - keep**2)], [1, -keep], noise[1:], zi=[keep * noise[0]])
    return signal


def complex_ornstein_uhlenbeck(
    rng: np.random.Generator, samples: int, rate: float, time_constant: float
) -> np.ndarray:
    """The complex process with E|q|² = 1: envelope and phase of a narrow-band oscillation."""
    real = ornstein_uhlenbeck(rng, samples, rate, time_constant)
    imaginary = ornstein_uhlenbeck(rng, samples, rate, time_constant)
    return (real + 1j * imaginary) / np.sqrt(2)


@lru_cache(maxsize=32)
def _band(low: float, high: float, rate: float) -> np.ndarray:
    sections = butter(2, (low, high), btype="bandpass", fs=rate, output="sos")
    _, response = sosfreqz(sections, worN=8192)
    sections[0, :3] /= np.sqrt(np.mean(np.abs(response) ** 2))
    return sections


def band_noise(rng: np.random.Generator, samples: int, rate: float, low: float, high: float) -> np.ndarray:
    """Gaussian noise of unit variance between `low` and `high` Hz (second-order Butterworth edges)."""
    return sosfilt(_band(low, high, rate), rng.standard_normal(samples))


@lru_cache(maxsize=1)
def _pink_deviation() -> float:
    impulse = np.zeros(2**14)
    impulse[0] = 1
    return float(np.sqrt(np.sum(lfilter(PINK_ZEROS, PINK_POLES, impulse) ** 2)))


def pink_noise(rng: np.random.Generator, samples: int) -> np.ndarray:
    """1/f noise of unit variance (three-pole approximation of J. O. Smith, SASP, 2011)."""
    return lfilter(PINK_ZEROS, PINK_POLES, rng.standard_normal(samples)) / _pink_deviation()
