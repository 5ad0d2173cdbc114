"""Choosing intrinsic mode functions (IMFs) and adding them up."""

from collections.abc import Sequence

import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.emd import Decomposition


def mean_frequency(imfs: np.ndarray, rate: float) -> np.ndarray:
    """Mean frequency (...) in Hz of IMFs (..., time): half the number of sign changes per second.

    A row of zeros has 0 Hz. (Wu & Huang 2004, doi:10.1098/rspa.2003.1221, count extrema, which is the same
    for an IMF.)

    >>> t = np.arange(1000) / 1000
    >>> round(float(mean_frequency(np.sin(2 * np.pi * 50 * t + 1), rate=1000)), 2)
    50.05
    """
    if not rate > 0:
        raise SignalError(f"rate: is {rate}, must be above 0 Hz")
    imfs = np.asarray(imfs)
    changes = ((imfs[..., 1:] >= 0) != (imfs[..., :-1] >= 0)).sum(axis=-1)
    return changes * (rate / (2 * (imfs.shape[-1] - 1)))


def in_band(found: Decomposition, rate: float, low_hz: float, high_hz: float) -> np.ndarray:
    """Mask (..., K) of the IMFs whose mean frequency lies in [low_hz, high_hz)."""
    if not 0 <= low_hz < high_hz:
        raise SignalError(f"low_hz: is {low_hz}, must be 0 or more and below high_hz ({high_hz})")
    frequency = mean_frequency(found.imfs, rate)
    return _present(found) & (frequency >= low_hz) & (frequency < high_hz)


def correlation(found: Decomposition, values: np.ndarray) -> np.ndarray:
    """Pearson correlation (..., K) of each IMF with the signal (..., time); NaN of an IMF of zeros."""
    signal = np.asarray(values, np.float64)[..., None, :]
    signal = signal - signal.mean(axis=-1, keepdims=True)
    imfs = found.imfs - found.imfs.mean(axis=-1, keepdims=True)
    norm = np.sqrt((imfs**2).sum(axis=-1) * (signal**2).sum(axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (imfs * signal).sum(axis=-1) / norm


def correlated(found: Decomposition, values: np.ndarray, least: float) -> np.ndarray:
    """Mask (..., K) of the IMFs whose Pearson correlation with the signal (..., time) is `least` or more."""
    return _present(found) & (correlation(found, values) >= least)


def energy_shares(found: Decomposition) -> np.ndarray:
    """Share (..., K) of each IMF in the sum of squares of all IMFs; the residue is left out.

    >>> two = Decomposition(np.array([[3.0, -3.0], [1.0, -1.0]]), np.ones(2), np.array(2))
    >>> energy_shares(two).tolist()
    [0.9, 0.1]
    """
    energy = np.square(found.imfs).sum(axis=-1)
    return energy / np.maximum(energy.sum(axis=-1, keepdims=True), np.finfo(float).tiny)


def numbered(found: Decomposition, numbers: Sequence[int]) -> np.ndarray:
    """Mask (..., K) of the IMFs with these numbers; 1 is the fastest. Numbers beyond the last choose none."""
    if any(number < 1 for number in numbers):
        raise SignalError(f"numbers: {list(numbers)} must be 1 or more; 1 is the fastest IMF")
    return _present(found) & np.isin(np.arange(1, found.imfs.shape[-2] + 1), numbers)


def slowest(found: Decomposition, count: int) -> np.ndarray:
    """Mask (..., K) of the `count` slowest IMFs of each signal."""
    if count < 0:
        raise SignalError(f"count: is {count}, must be 0 or more")
    place = np.arange(found.imfs.shape[-2])
    return _present(found) & (place >= found.counts[..., None] - count)


def reconstruct(found: Decomposition, chosen: np.ndarray, residue: bool = False) -> np.ndarray:
    """Sum (..., time) of the chosen IMFs, with the residue or without.

    >>> x = np.sin(np.arange(300) / 3) + np.arange(300) / 100
    >>> from weldfusion.signals.emd import emd
    >>> found = emd(x)
    >>> everything = np.ones(found.imfs.shape[:-1], bool)
    >>> bool(np.allclose(reconstruct(found, everything, residue=True), x))
    True
    """
    total = np.einsum("...kt,...k->...t", found.imfs, np.asarray(chosen, np.float64))
    return total + found.residue if residue else total


def trend(found: Decomposition, slow_imfs: int = 0) -> np.ndarray:
    """Residue and the slowest IMFs of each signal, (..., time)."""
    return reconstruct(found, slowest(found, slow_imfs), residue=True)


def _present(found: Decomposition) -> np.ndarray:
    return np.arange(found.imfs.shape[-2]) < np.asarray(found.counts)[..., None]
