"""The pointing game: does a map's maximum lie at a true event? (arithmetic only)"""

import numpy as np

LEAST_TOLERANCE_S = 5e-3


def tolerance(window_s: float) -> float:
    """How far from an event still counts: 5 ms, or a tenth of a longer window.

    >>> tolerance(0.02), tolerance(0.2)
    (0.005, 0.02)
    """
    return max(LEAST_TOLERANCE_S, window_s / 10)


def over_time(cells: np.ndarray, axis: int) -> np.ndarray:
    """Largest |value| at each time, (T,), of one window's map whose `axis` is time; NaN where nothing is.

    >>> over_time(np.array([[1.0, -4.0], [2.0, np.nan]]), axis=1).tolist()
    [2.0, 4.0]
    """
    rows = np.moveaxis(np.abs(cells), axis, 0).reshape(cells.shape[axis], -1)
    return np.where(np.isnan(rows).all(axis=1), np.nan, np.max(np.nan_to_num(rows, nan=-1.0), axis=1))


def hit_and_chance(
    strength: np.ndarray, seconds: np.ndarray, events: np.ndarray, within: float
) -> tuple[bool, float] | None:
    """Whether the strongest of the cells (T,) lies within `within` seconds of an event, and the share of
    cells that do (the chance of a random cell). None without events or without anything to point with.

    `seconds` (T,) and `events` (E,) are on one clock. Source: Zhang et al. 2018,
    doi:10.1007/s11263-017-1059-x.

    >>> hit_and_chance(np.array([0.0, 3.0, 1.0, 1.0]), np.arange(4.0), np.array([1.2]), 0.5)
    (True, 0.25)
    """
    real = ~np.isnan(strength)
    if not len(events) or not real.any() or not strength[real].any():
        return None
    near = (np.abs(seconds[:, None] - events[None]) <= within).any(axis=1)
    return bool(near[np.nanargmax(strength)]), float(near[real].mean())
