"""Statistics over a trailing window at every sample: how restless a signal has been of late."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from weldfusion.errors import SignalError, did_you_mean
from weldfusion.signals.finite import check_signal

Statistic = Literal["mean", "sd", "min", "max", "range"]

_STATISTICS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean": lambda windows: windows.mean(axis=-1),
    "sd": lambda windows: windows.std(axis=-1),
    "min": lambda windows: windows.min(axis=-1),
    "max": lambda windows: windows.max(axis=-1),
    "range": lambda windows: windows.max(axis=-1) - windows.min(axis=-1),
}


def window_statistic(values: np.ndarray, statistic: Statistic, window: int) -> np.ndarray:
    """A statistic of the last `window` samples at every sample; nothing of the future enters.

    The first `window - 1` samples have the statistic of the first full window. The standard deviation is that
    of the window (ddof 0), computed about the window's own mean, so that an offset costs no digits.

    Args:
        values: (..., time), finite, at least `window` samples.
        statistic: mean, sd, min, max or range.
        window: number of samples, at least 2.

    Returns:
        (..., time) float64.

    Raises SignalError for input that cannot be used.

    >>> window_statistic(np.arange(40.0), "sd", 20)[-1].round(4)
    np.float64(5.7663)
    """
    if statistic not in _STATISTICS:
        raise SignalError(f"statistic: {statistic!r} is not known; {did_you_mean(statistic, _STATISTICS)}")
    if window < 2:
        raise SignalError(f"window must be 2 samples or more, is {window}")
    array = check_signal(values, window).astype(np.float64)
    found = _STATISTICS[statistic](sliding_window_view(array, window, axis=-1))
    lead = [(0, 0)] * (array.ndim - 1) + [(window - 1, 0)]
    return np.pad(found, lead, mode="edge")


@dataclass(frozen=True)
class WindowStatistics:
    """Each channel becomes its statistics over a trailing window, in the order given.

    Args:
        window: number of samples (20 in the porosity papers).
        statistics: of mean, sd, min, max, range.

    >>> found, _ = WindowStatistics(window=3, statistics=["mean", "sd"])(np.ones((2, 9)), None)
    >>> found.shape
    (4, 9)
    """

    window: int = 20
    statistics: Sequence[Statistic] = ("sd",)

    def __post_init__(self) -> None:
        if not self.statistics:
            raise SignalError("statistics: is empty; name at least one")
        for name in self.statistics:
            window_statistic(np.zeros(max(self.window, 1)), name, self.window)

    def shape_after(
        self, channels: int, length: int, rate: Fraction | None
    ) -> tuple[int, int, Fraction | None]:
        """One channel for each statistic of each. Raises as the call would."""
        if length < self.window:
            raise SignalError(f"the recording has {length} samples, a window {self.window}")
        return channels * len(self.statistics), length, rate

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction | None]:
        found = [window_statistic(values, name, self.window) for name in self.statistics]
        stacked = np.stack(found, axis=1).reshape(-1, np.shape(values)[-1])
        return stacked.astype(np.float32), rate
