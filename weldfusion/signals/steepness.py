"""How much faster a signal changes at its edges than elsewhere: a step against a drift."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import uniform_filter1d

USUAL = 0.9  # quantile of the changes elsewhere


def steepness(
    values: np.ndarray, rises: Sequence[int], falls: Sequence[int], level: float, window: int
) -> float:
    """Smallest change at an edge over a usual large change elsewhere; infinite where nothing is elsewhere.

    A change is the mean of `window` samples less the mean of as many before: at an edge the largest within a
    window of it, elsewhere the 90 % quantile of what lies further than two windows from the edges and from
    any crossing of `level`. White noise around two levels gives a large ratio, a ramp 1, a random walk mostly
    1 to 2.

    Args:
        values: (time,), finite.
        rises, falls: samples at which the upper and the lower level begins; at least one.
        level: between the two levels.
        window: samples, at least 1; at most a quarter of the signal is used.

    >>> noise = np.tile([0.0, 1.0, 1.0], 40)
    >>> steepness(noise + np.repeat([0.0, 9.0, 0.0], 40), [40], [80], level=5.0, window=8) > 20
    True
    >>> round(steepness(np.arange(120.0), [60], [], level=60.0, window=8), 9)
    1.0
    """
    count = len(values)
    window = max(1, min(window, count // 4))
    change = _changes(values, window)
    at = [change[_near(edge, window)].max() for edge in rises]
    at += [-change[_near(edge, window)].min() for edge in falls]
    elsewhere = np.zeros(count + 1, bool)
    elsewhere[window : count + 1 - window] = True
    above = uniform_filter1d(values, 2 * (window // 2) + 1, mode="nearest") > level
    for place in (*rises, *falls, *(np.flatnonzero(above[1:] != above[:-1]) + 1)):
        elsewhere[_near(place, 2 * window)] = False
    if elsewhere.sum() < window:
        return float("inf")
    usual = float(np.quantile(np.abs(change[elsewhere]), USUAL))
    return float(min(at)) / max(usual, float(np.finfo(float).tiny))


def _near(place: int, reach: int) -> slice:
    return slice(max(place - reach, 0), place + reach + 1)


def _changes(values: np.ndarray, window: int) -> np.ndarray:
    """(time + 1,) mean of the window from each sample on, less that of the window before it."""
    sums = np.concatenate([[0.0], np.cumsum(np.pad(values, window, mode="edge"))])
    middle = np.arange(window, window + len(values) + 1)
    return (sums[middle + window] - 2 * sums[middle] + sums[middle - window]) / window
