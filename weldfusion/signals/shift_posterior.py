"""Shift and drift with their deviations from the likelihoods of pieces of time."""

from dataclasses import dataclass

import numpy as np

from weldfusion.signals.shift_likelihood import Shifts


@dataclass(frozen=True)
class Line:
    """`shift_s + drift * (t - middle_s)` with standard deviations and what it rests on.

    Args:
        share: share of the evidence that comes from the strongest piece.
        informative: number of pieces that speak clearly for the shift.
    """

    shift_s: float
    shift_sd_s: float
    drift: float
    drift_sd: float
    middle_s: float
    share: float
    informative: int


CLEAR = 3.0  # log-likelihood by which a piece must prefer the shift to others


def line(found: Shifts, shifts_s: np.ndarray, drifts: np.ndarray, jitter_s: float) -> Line:
    """Posterior mean over a grid of shifts and drifts with a flat prior.

    The variance is the larger of the jackknife's over the pieces and the posterior's, which holds for white
    noise, with that of the sampling instants added, for a step may lie anywhere between two samples.

    Args:
        shifts_s, drifts: the grid; `[0.0]` as drifts for a shift only.
        jitter_s: standard deviation of the place of a single event, from the sampling intervals.
    """
    middle = float(found.times_s.mean())
    lag = found.times_s - middle
    surface = np.stack(
        [
            np.stack([np.interp(shifts_s + rate * lag[k], found.shifts_s, row) for rate in drifts])
            for k, row in enumerate(found.pieces)
        ]
    )
    total = surface.sum(axis=0)
    mean, variance = _moments(total, shifts_s, drifts)
    left_out = np.array([_moments(total - one, shifts_s, drifts)[0] for one in surface])
    count = len(left_out)
    jackknife = (count - 1) / count * np.square(left_out - left_out.mean(axis=0)).sum(axis=0)
    evidence = _evidence(found, mean[0] + mean[1] * lag)
    weight = np.maximum(evidence, 0)
    clear = int((evidence > CLEAR).sum())
    spread = float((weight * np.square(lag)).sum() / max(weight.sum(), np.finfo(float).tiny))
    jitter = jitter_s**2 / max(clear, 1) * np.array([1.0, 1 / max(spread, 1e-12) if len(drifts) > 1 else 0])
    deviation = np.sqrt(np.maximum(variance + jitter, jackknife))
    share = float(evidence.max() / max(evidence.sum(), np.finfo(float).tiny))
    (shift, drift), (shift_sd, drift_sd) = mean.tolist(), deviation.tolist()
    return Line(shift, shift_sd, drift, drift_sd, middle, share, clear)


def _moments(total: np.ndarray, shifts_s: np.ndarray, drifts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of shift and drift under the likelihood (drifts, shifts)."""
    probability = np.exp(total - total.max())
    probability /= probability.sum()
    axes = ((probability.sum(axis=0), shifts_s), (probability.sum(axis=1), drifts))
    mean = np.array([float(p @ x) for p, x in axes])
    return mean, np.array([float(p @ np.square(x - m)) for (p, x), m in zip(axes, mean, strict=True)])


def _evidence(found: Shifts, shifts_s: np.ndarray) -> np.ndarray:
    """(pieces,) by how much each piece prefers its shift to the first and the last of those tried."""
    at = [float(np.interp(s, found.shifts_s, row)) for s, row in zip(shifts_s, found.pieces, strict=True)]
    return np.array(at) - found.pieces[:, [0, -1]].mean(axis=1)
