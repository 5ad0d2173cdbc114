"""Fast fluctuation of the keyhole: a narrow-band oscillation plus broad noise, quiet and messy stretches."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.random_signals import complex_ornstein_uhlenbeck, ornstein_uhlenbeck

RATE = 20_000.0
OSCILLATION_SHARE = 0.45
QUALITY = 4.0
BROAD_CORNER_HZ = 80.0
MOUTH_CORNER_HZ = 600.0
MESSINESS_SD, MESSINESS_S = 0.45, 0.060


@dataclass(frozen=True)
class Fluctuation:
    """Arrays over time at 20 kHz: `depth` and `mouth` (unit variance, correlation 0.6), the
    oscillation's `envelope` |q| (E|q|² = 1) and the relative depth `scatter` σ_r."""

    depth: np.ndarray
    mouth: np.ndarray
    envelope: np.ndarray
    scatter: np.ndarray


def draw_fluctuation(
    frequency_hz: np.ndarray, instability: np.ndarray, rng: np.random.Generator
) -> Fluctuation:
    """Fluctuation for a frequency and an instability index given over time at 20 kHz."""
    samples = len(frequency_hz)
    width = np.pi * frequency_hz.mean() / QUALITY
    q = complex_ornstein_uhlenbeck(rng, samples, RATE, 1 / width)
    phase = 2 * np.pi * np.cumsum(frequency_hz) / RATE
    oscillation = np.sqrt(2) * (np.cos(phase) * q.real - np.sin(phase) * q.imag)
    broad = ornstein_uhlenbeck(rng, samples, RATE, 1 / (2 * np.pi * BROAD_CORNER_HZ))
    depth = np.sqrt(OSCILLATION_SHARE) * oscillation + np.sqrt(1 - OSCILLATION_SHARE) * broad
    own = ornstein_uhlenbeck(rng, samples, RATE, 1 / (2 * np.pi * MOUTH_CORNER_HZ))
    messiness = MESSINESS_SD * ornstein_uhlenbeck(rng, samples, RATE, MESSINESS_S)
    scatter = 0.10 * instability**1.2 * np.exp(messiness - MESSINESS_SD**2 / 2)
    return Fluctuation(depth, 0.6 * depth + 0.8 * own, np.abs(q), np.minimum(scatter, 0.35))
