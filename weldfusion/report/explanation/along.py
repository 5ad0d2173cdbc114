"""Maps of windows laid along the weld: one value for each short stretch of time."""

from dataclasses import dataclass

import numpy as np

from weldfusion.explain.explanation import AttributionMap, Axis

MOST_BINS = 1200


@dataclass(frozen=True)
class Along:
    """Values (…, B) in B equal stretches from `start_s` to `end_s` on the weld's own clock; NaN where
    nothing is known."""

    start_s: float
    end_s: float
    values: np.ndarray


def edges(centres: np.ndarray) -> np.ndarray:
    """Borders (N + 1,) of cells with these centres (N,): halfway between them, and as far outside.

    >>> edges(np.array([1.0, 2.0, 4.0]))
    array([0.5, 1.5, 3. , 5. ])
    """
    centres = np.asarray(centres, dtype=float)
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    between = (centres[:-1] + centres[1:]) / 2
    return np.concatenate([[2 * centres[0] - between[0]], between, [2 * centres[-1] - between[-1]]])


def time_axis(axes: tuple[Axis, ...]) -> int | None:
    """Number of the axis that is time in seconds, or None."""
    return next((n for n, axis in enumerate(axes) if (axis.name, axis.unit) == ("time", "s")), None)


def along(start_s: np.ndarray, time: Axis, values: np.ndarray) -> Along:
    """Values (W, …, T) over the time cells of windows → (…, B) along the weld, mean where windows overlap.

    Stretches are as short as the cells, but at most 1,200.
    """
    borders = edges(time.centres)
    if len(time.centres) == 1:
        borders = np.array([0.0, 2 * time.centres[0]])
    start, end = float(start_s.min() + borders[0]), float(start_s.max() + borders[-1])
    bins = int(np.clip(round((end - start) / np.diff(borders).min()), 1, MOST_BINS))
    middle = start + (np.arange(bins) + 0.5) * (end - start) / bins
    total = np.zeros((*values.shape[1:-1], bins))
    count = np.zeros_like(total)
    for at, window in zip(start_s, values, strict=True):
        cell = np.searchsorted(borders, middle - at, side="right") - 1
        inside = np.flatnonzero((cell >= 0) & (cell < len(time.centres)))
        found = window[..., cell[inside]]
        total[..., inside] += np.nan_to_num(found)
        count[..., inside] += ~np.isnan(found)
    with np.errstate(invalid="ignore"):
        return Along(start, end, total / np.where(count > 0, count, np.nan))


def map_along(one: AttributionMap) -> Along | None:
    """A map laid along the weld, its other axes before time; None without a time axis."""
    place = time_axis(one.axes)
    if place is None or not len(one.window):
        return None
    return along(one.start_s, one.axes[place], np.moveaxis(one.values, place + 1, -1))


def over_time(laid: Along) -> np.ndarray:
    """Mean (B,) over all other axes (frequency, rows and columns) of a map along the weld."""
    return known_mean(laid.values, tuple(range(laid.values.ndim - 1)))


def known_mean(values: np.ndarray, axis: int | tuple[int, ...]) -> np.ndarray:
    """Mean of the known values, NaN where there is none.

    >>> known_mean(np.array([[1.0, np.nan], [3.0, np.nan]]), axis=0)
    array([ 2., nan])
    """
    count = (~np.isnan(values)).sum(axis=axis)
    return np.asarray(np.nan_to_num(values).sum(axis=axis) / np.where(count > 0, count, np.nan))
