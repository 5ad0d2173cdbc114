"""Mean and standard deviation of each modality's channels, streamed and independent of the order.

Each window gives count, mean and sum of squared deviations per channel in float64; they are joined exactly
(Chan, Golub, LeVeque 1983, doi:10.1080/00031305.1983.10483115) with sums that are correctly rounded
(`math.fsum`), so neither the order of the windows nor the batch size changes one bit.
"""

import math
from dataclasses import dataclass, field

import numpy as np


def moments(values: np.ndarray, valid: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count, mean and sum of squared deviations of each sample and channel; float64 (B, C) each.

    `values` (B, C, N); `valid` bool, broadcastable to it, or None: all. Channels without a value have
    count 0, mean 0, sum 0.
    """
    values = np.ascontiguousarray(values, dtype=np.float64)
    if valid is None:
        count = np.full(values.shape[:2], values.shape[2], dtype=np.float64)
        mean = values.mean(axis=2)
        return count, mean, ((values - mean[..., None]) ** 2).sum(axis=2)
    mask = np.broadcast_to(valid, values.shape)
    count = mask.sum(axis=2, dtype=np.float64)
    mean = np.where(mask, values, 0.0).sum(axis=2) / np.maximum(count, 1)
    return count, mean, (np.where(mask, values - mean[..., None], 0.0) ** 2).sum(axis=2)


@dataclass
class Moments:
    """Running count, mean and sum of squared deviations of the channels of one modality."""

    counts: list[np.ndarray] = field(default_factory=list)
    means: list[np.ndarray] = field(default_factory=list)
    squares: list[np.ndarray] = field(default_factory=list)

    def add(self, values: np.ndarray, valid: np.ndarray | None = None) -> None:
        """Takes in samples (B, C, N)."""
        if len(values):
            count, mean, square = moments(values, valid)
            self.counts.append(count)
            self.means.append(mean)
            self.squares.append(square)

    def result(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation (over N, as `numpy.std`) per channel, float64 (C,).

        A channel without a value has mean 0 and deviation 1; a constant one deviation 0.
        Raises ValueError if nothing was added.
        """
        if not self.counts:
            raise ValueError("no samples were added")
        count, mean, square = (np.concatenate(part) for part in (self.counts, self.means, self.squares))
        pairs = [_join(count[:, c], mean[:, c], square[:, c]) for c in range(count.shape[1])]
        return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])


def _join(count: np.ndarray, mean: np.ndarray, square: np.ndarray) -> tuple[float, float]:
    total = math.fsum(count)
    if total == 0:
        return 0.0, 1.0
    overall = math.fsum(count * mean) / total
    spread = math.fsum(square) + math.fsum(count * (mean - overall) ** 2)
    return overall, math.sqrt(spread / total)
