"""Outliers and drop-outs of a reading such as the depth of an OCT beam: repaired, and each repair flagged."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from weldfusion.errors import SignalError
from weldfusion.signals.features import masked_quantiles

NORMAL = 1.4826  # sd of normal values / median absolute deviation
PART = 4_000_000  # values of windows that are sorted at a time
FEWEST = 3


@dataclass(frozen=True)
class Repaired:
    """A signal without outliers and drop-outs, and where they were.

    Args:
        values: (..., time) float64; NaN only where a gap was longer than allowed.
        outlier: (..., time) reading replaced because it was far from its neighbours.
        missing: (..., time) there was no reading; `values` holds an interpolated one, or NaN in a long gap.
    """

    values: np.ndarray
    outlier: np.ndarray
    missing: np.ndarray

    @property
    def changed(self) -> np.ndarray:
        """(..., time) whatever is not the reading itself."""
        return self.outlier | self.missing


def repaired(
    values: np.ndarray, window: int, deviations: float = 3.0, longest_gap: int | None = None
) -> Repaired:
    """Replaces readings far from the median of their neighbours (Hampel filter), then bridges drop-outs.

    An outlier lies more than `deviations` times 1.4826 median absolute deviations of the centred window off
    its median (Pearson et al. 2016, doi:10.1186/s13634-016-0383-6) and becomes the median. NaN counts
    nowhere; it is bridged by a straight line between its neighbours, at the ends by the nearest reading. A
    reading with fewer than three others in its window stays.

    Args:
        values: (..., time); NaN where there is no reading, no infinity.
        window: number of samples, odd, at least 3.
        deviations: distance from the median beyond which a reading is an outlier.
        longest_gap: longer drop-outs (in samples) stay NaN; none by default.

    Raises SignalError for input that cannot be used, or a signal without any reading.

    >>> found = repaired(np.array([1.0, 1.1, 9.0, 1.0, np.nan, 1.2, 1.1]), window=5)
    >>> found.values.round(2).tolist(), np.flatnonzero(found.outlier).tolist()
    ([1.0, 1.1, 1.05, 1.0, 1.1, 1.2, 1.1], [2])
    """
    rows, shape = _rows(values, window)
    if not deviations > 0:
        raise SignalError(f"deviations must be above 0, is {deviations}")
    missing = np.isnan(rows)
    centre, spread, count = (np.empty(rows.shape) for _ in range(3))
    for row, part, windows in _windows(rows, window):
        valid = ~np.isnan(windows)
        centre[row, part] = masked_quantiles(windows, valid, (0.5,))[:, 0]
        off = np.abs(windows - centre[row, part][:, None])
        spread[row, part] = NORMAL * masked_quantiles(off, valid, (0.5,))[:, 0]
        count[row, part] = valid.sum(axis=1)
    with np.errstate(invalid="ignore"):
        outlier = ~missing & (np.abs(rows - centre) > deviations * spread) & (count > FEWEST)
    found = np.where(outlier, centre, rows)
    for row, gone in zip(found, missing, strict=True):
        _bridge(row, gone, longest_gap)
    return Repaired(found.reshape(shape), outlier.reshape(shape), missing.reshape(shape))


def upper_track(values: np.ndarray, window: int, percentile: float = 90.0, fewest: int = 5) -> Repaired:
    """A running percentile of the readings: the depth of a keyhole from raw OCT readings.

    Most beams hit the keyhole's wall and read too little, some are reflected and read too much; the bottom is
    a high percentile of the readings around: 90 % by default, 85 % where ghosts are many, and under 95 %. A
    sample with fewer than `fewest` readings in its window is flagged as missing and bridged by a straight
    line.

    Args:
        values: (..., time); NaN where there is no reading, no infinity.
        window: number of samples, odd, at least 3.
        percentile: of the readings in the centred window, 0 to 100.
        fewest: readings that a window needs.

    Raises SignalError for input that cannot be used, or a signal without a window of that many readings.

    >>> upper_track(np.array([1.0, 2.0, 3.0, np.nan, 3.0]), 3, percentile=100, fewest=1).values.tolist()
    [2.0, 3.0, 3.0, 3.0, 3.0]
    """
    rows, shape = _rows(values, window)
    if not 0 <= percentile <= 100:
        raise SignalError(f"percentile must be 0 to 100, is {percentile}")
    found, missing = np.empty(rows.shape), np.empty(rows.shape, bool)
    for row, part, windows in _windows(rows, window):
        valid = ~np.isnan(windows)
        found[row, part] = masked_quantiles(windows, valid, (percentile / 100,))[:, 0]
        missing[row, part] = valid.sum(axis=1) < max(fewest, 1)
    for number, (row, gone) in enumerate(zip(found, missing, strict=True)):
        if gone.all():
            raise SignalError(f"signal {number}: no window of {window} samples holds {fewest} readings")
        _bridge(row, gone, None)
    return Repaired(found.reshape(shape), np.zeros(shape, bool), missing.reshape(shape))


def _rows(values: np.ndarray, window: int) -> tuple[np.ndarray, tuple[int, ...]]:
    array = np.asarray(values)
    if array.ndim == 0 or array.size == 0 or array.dtype.kind not in "fiu":
        raise SignalError(f"values must be numbers (..., time), are {array.dtype} of shape {array.shape}")
    if window < 3 or window % 2 == 0:
        raise SignalError(f"window must be odd and at least 3 samples, is {window}")
    rows = array.astype(np.float64).reshape(-1, array.shape[-1])
    if np.isinf(rows).any():
        raise SignalError("values hold infinity; mark what is missing by NaN")
    empty = np.flatnonzero(np.isnan(rows).all(axis=1))
    if len(empty):
        raise SignalError(f"signal {empty[0]} holds no reading, only NaN")
    return rows, array.shape


def _windows(rows: np.ndarray, window: int) -> Iterator[tuple[int, slice, np.ndarray]]:
    """Row, samples and their centred windows (samples, window), NaN beyond the ends, a part at a time."""
    half = window // 2
    step = max(1, PART // window)
    for number, row in enumerate(rows):
        padded = np.pad(row, half, constant_values=np.nan)
        for start in range(0, len(row), step):
            end = min(start + step, len(row))
            yield number, slice(start, end), sliding_window_view(padded[start : end + 2 * half], window)


def _bridge(row: np.ndarray, gone: np.ndarray, longest: int | None) -> None:
    """Straight lines over the gaps of at most `longest` samples, in place; NaN in the others."""
    good = np.flatnonzero(~gone)
    row[gone] = np.interp(np.flatnonzero(gone), good, row[good])
    if longest is None:
        return
    edges = np.flatnonzero(np.diff(np.concatenate([[False], gone, [False]]).astype(int)))
    for start, end in edges.reshape(-1, 2):
        if end - start > longest:
            row[start:end] = np.nan


@dataclass(frozen=True)
class RepairOutliers:
    """Hampel filter of each channel (`repaired`); as a step, drop-outs are bridged before and stay masked.

    Args:
        window_ms: length of the centred window.
        deviations: distance from its median, in deviations, beyond which a reading is replaced.
    """

    window_ms: float = 5.0
    deviations: float = 3.0

    def shape_after(
        self, channels: int, length: int, rate: Fraction | None
    ) -> tuple[int, int, Fraction | None]:
        """Channels, length and rate stay. Raises as the call would."""
        _samples(self.window_ms, rate)
        return channels, length, rate

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction | None]:
        found = repaired(values, _samples(self.window_ms, rate), self.deviations)
        return found.values.astype(np.float32), rate


@dataclass(frozen=True)
class UpperTrack:
    """Running percentile of each channel (`upper_track`).

    Args:
        window_ms: length of the centred window.
        percentile: 0 to 100.
    """

    window_ms: float = 20.0
    percentile: float = 90.0

    def shape_after(
        self, channels: int, length: int, rate: Fraction | None
    ) -> tuple[int, int, Fraction | None]:
        """Channels, length and rate stay. Raises as the call would."""
        _samples(self.window_ms, rate)
        return channels, length, rate

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction | None]:
        found = upper_track(values, _samples(self.window_ms, rate), self.percentile, fewest=1)
        return found.values.astype(np.float32), rate


def _samples(window_ms: float, rate: Fraction | None) -> int:
    if rate is None:
        raise SignalError("a window in ms needs a fixed rate; set `rate` of the input, not `samples`")
    if not window_ms > 0:
        raise SignalError(f"window_ms must be above 0, is {window_ms}")
    return max(3, 2 * round(window_ms / 1000 * float(rate) / 2) + 1)
