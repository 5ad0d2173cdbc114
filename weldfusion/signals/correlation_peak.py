"""The peak of a generalised cross-correlation, and the chance of one as high without anything in common."""

from dataclasses import dataclass

import numpy as np
from scipy import fft, signal

from weldfusion.signals.step_denoise import denoised_steps

BACKGROUND = 20
TAPER = 0.02
LOWEST = 0.01


@dataclass(frozen=True)
class Peak:
    """Lag in samples (second later than first: positive), probability by chance, half width in samples."""

    lag: int
    chance: float
    half_width: int


def correlation_peak(first: np.ndarray, second: np.ndarray, most: int) -> Peak:
    """The likelier peak of two weightings of the cross spectrum of the differenced recordings
    (Knapp & Carter 1976, doi:10.1109/TASSP.1976.1162830): one by what stands above white noise in each,
    for steps; one that whitens both (SCOT), for all else.

    Differencing takes out the slow part, in which a finite overlap moves the peak.

    Args:
        first, second: (time,) at one rate, not constant.
        most: largest lag looked for, in samples.
    """
    size = fft.next_fast_len(len(first) + len(second), real=True)
    pair = [_spectrum(x, size) for x in (first, second)]
    cleaned = [_spectrum(denoised_steps(x), size) for x in (first, second)]
    power = [_smooth(np.square(np.abs(x))) for x in pair]
    shared = [np.minimum(_smooth(np.square(np.abs(x))), p) for x, p in zip(cleaned, power, strict=True)]
    joint = np.sqrt(power[0] * power[1])
    whiten = 1 / np.maximum(joint, LOWEST * joint.mean())
    weights = [whiten * np.sqrt(whiten * np.sqrt(shared[0] * shared[1])), whiten]
    cross = np.conj(pair[0]) * pair[1]
    lengths = len(first) - 1, len(second) - 1
    found = [_highest(cross, w, joint, size, lengths, most) for w in weights if w.any()]
    best = min(found, key=lambda peak: peak.chance)
    return Peak(best.lag, min(1.0, len(found) * best.chance), best.half_width)


def _spectrum(values: np.ndarray, size: int) -> np.ndarray:
    steps = np.diff(values)
    return fft.rfft(steps * signal.windows.tukey(len(steps), TAPER), size)


def _smooth(power: np.ndarray) -> np.ndarray:
    """Mean over a fifth of the frequency, at least nine bins."""
    place = np.arange(len(power))
    half = np.maximum(4, place // 10)
    total = np.concatenate([[0.0], np.cumsum(power)])
    low, high = np.maximum(place - half, 0), np.minimum(place + half + 1, len(power))
    return (total[high] - total[low]) / (high - low)


def _highest(
    cross: np.ndarray,
    weight: np.ndarray,
    power: np.ndarray,
    size: int,
    lengths: tuple[int, int],
    most: int,
) -> Peak:
    shape = np.abs(fft.irfft(weight * power, size)[: size // 2])
    half_width = int(np.flatnonzero(shape < 0.3 * shape[0])[0]) if (shape < 0.3 * shape[0]).any() else 1
    half = min(lengths) // 2
    lags = np.arange(-max(half, most), max(half, most) + 1)
    overlap = np.minimum(lengths[0] + np.minimum(lags, 0), lengths[1] - np.maximum(lags, 0))
    values = np.abs(fft.irfft(weight * cross, size)[lags]) / np.sqrt(overlap)
    inside = np.flatnonzero(np.abs(lags) <= most)
    place = int(inside[values[inside].argmax()])
    away = np.abs(lags - lags[place]) > 2 * half_width
    return Peak(int(lags[place]), _chance(values[place], values[away], len(inside) / away.sum()), half_width)


def _chance(height: float, others: np.ndarray, share: float) -> float:
    """Probability that the largest of the maxima within the range reaches `height`: the highest maxima
    elsewhere exceed a level exponentially, with the mean estimated from 20 of them."""
    maxima = np.sort(others[signal.argrelmax(others)[0]])[::-1]
    if len(maxima) < BACKGROUND + 1:
        return 1.0
    level = maxima[BACKGROUND]
    mean = float(maxima[:BACKGROUND].mean() - level)
    if height <= level or mean <= 0:
        return 1.0
    beyond = (1 + (height - level) / (BACKGROUND * mean)) ** -BACKGROUND
    return float(-np.expm1(-BACKGROUND * share * beyond))
