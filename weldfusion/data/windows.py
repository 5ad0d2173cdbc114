"""Welds cut into windows on their own clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.clock import exact
from weldfusion.data.manifest import Weld
from weldfusion.data.settings import Windows
from weldfusion.errors import ConfigError, did_you_mean

Span = tuple[float, float]


@dataclass(frozen=True)
class Window:
    """One sample: a stretch of a weld, edges in seconds, `x_mm` the place of its middle on the seam (NaN
    where the travel speed is unknown)."""

    weld: str
    index: int
    t0_s: float
    t1_s: float
    x_mm: float


@dataclass(frozen=True)
class Pace:
    """Length of a window and step to the next in exact seconds; no length: the whole weld."""

    length: Fraction | None
    hop: Fraction | None


def pace_of(windows: Windows, rates: Mapping[str, Fraction]) -> Pace:
    """Length and hop in seconds; `rates` are those of the timed modalities that are used.

    Raises ConfigError where `samples_of` names no timed modality.
    """
    if windows.length_s is None:
        return Pace(None, None)
    unit = Fraction(1)
    if windows.samples_of is not None:
        if windows.samples_of not in rates:
            near = did_you_mean(windows.samples_of, rates)
            raise ConfigError(f"data.windows.samples_of: no timed input {windows.samples_of!r}; {near}")
        unit = 1 / rates[windows.samples_of]
    length = exact(windows.length_s) * unit
    return Pace(length, length if windows.hop_s is None else exact(windows.hop_s) * unit)


def common_span(weld: Weld, recordings: Sequence[Span]) -> Span | None:
    """The stretch that all recordings of the weld and its active part share; None where there is none.

    A weld without recordings over time has its active part, or the point 0 where that is open.
    """
    starts = [start for start, _ in recordings]
    ends = [end for _, end in recordings]
    if weld.active_from is not None:
        starts.append(weld.active_from)
    if weld.active_to is not None:
        ends.append(weld.active_to)
    start = max(starts, default=0.0)
    end = min(ends, default=start)
    if recordings and not end > start:
        return None
    return start, max(start, end)


def cut(span: Span, pace: Pace, timed: bool = True) -> np.ndarray:
    """Edges (windows, 2) in seconds of the windows in a span; a rest shorter than a window is left out.

    Args:
        timed: whether the weld has recordings over time; without them it is one window.

    >>> cut((0.0, 1.0), Pace(Fraction(2, 5), Fraction(3, 10))).round(6).tolist()
    [[0.0, 0.4], [0.3, 0.7], [0.6, 1.0]]
    """
    start, end = span
    if pace.length is None or pace.hop is None or not timed:
        return np.array([[start, end]])
    # A microsecond of grace: edges come from sample counts divided by rates.
    count = int(np.floor((end - start - float(pace.length) + 1e-6) / float(pace.hop))) + 1
    edges = start + np.arange(max(count, 0)) * float(pace.hop)
    return np.stack([edges, edges + float(pace.length)], axis=1)


def places(weld: Weld, edges: np.ndarray) -> np.ndarray:
    """Place in mm of the middle of each window on the seam, from the start of the active part."""
    if weld.speed_mm_s is None:
        return np.full(len(edges), np.nan)
    return weld.speed_mm_s * (edges.mean(1) - (weld.active_from or 0.0))
