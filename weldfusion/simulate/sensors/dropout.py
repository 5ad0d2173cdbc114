"""Drop-outs: stretches in which a device delivers nothing new."""

import numpy as np


def draw_dropouts(mean_count: float, duration_s: float, rng: np.random.Generator) -> np.ndarray:
    """Intervals (n, 2) in weld time (s): Poisson number, start uniform, 20–200 ms long."""
    count = rng.poisson(mean_count)
    start = np.sort(rng.uniform(0, duration_s, count))
    return np.stack([start, start + rng.uniform(0.020, 0.200, count)], axis=1)


def hold(values: np.ndarray, times: np.ndarray, intervals: np.ndarray) -> np.ndarray:
    """`values` (…, time) with the last good value repeated during each interval (in place)."""
    for first, last in np.searchsorted(times, intervals):
        values[..., first:last] = values[..., max(first - 1, 0), None]
    return values


def blank(values: np.ndarray, times: np.ndarray, intervals: np.ndarray) -> np.ndarray:
    """`values` (…, time) with NaN during each interval (in place)."""
    for first, last in np.searchsorted(times, intervals):
        values[..., first:last] = np.nan
    return values
