"""Labels, computed from states alone."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.states import States

PENETRATION = ("LP", "PP", "FP")
OPEN_LIMIT, DEPTH_LIMIT = 0.5, 0.80
STEP_S = 0.025


@dataclass(frozen=True)
class Intervals:
    """A label along the weld: edges (s, one more than labels) and a class name per interval."""

    edges_s: np.ndarray
    labels: tuple[str, ...]


def penetration_along(states: States, step_s: float = STEP_S) -> Intervals:
    """Penetration in successive intervals of weld time.

    FP (full) where the root is open for more than half of the time, else PP where the mean weld depth
    is at least 0.80 of the plate, else LP.
    """
    count = max(round(states.duration_s / step_s), 1)
    edges = np.linspace(0, states.duration_s, count + 1)
    opened = _means(states.keyhole.open_root.values, count)
    ratio = _means(states.bead.depth_m.values, count) / states.plate_m
    codes = np.where(opened > OPEN_LIMIT, 2, np.where(ratio >= DEPTH_LIMIT, 1, 0))
    return Intervals(edges, tuple(PENETRATION[code] for code in codes))


def weld_penetration(along: Intervals) -> str:
    """The penetration of the longest part of the weld; the lower one of two equal parts.

    >>> weld_penetration(Intervals(np.linspace(0, 1, 4), ("LP", "FP", "FP")))
    'FP'
    """
    return max(PENETRATION, key=lambda name: along.labels.count(name))


def mean_depth_mm(states: States) -> float:
    """Mean depth of the weld in mm."""
    return float(states.bead.depth_m.values.mean() * 1e3)


def _means(values: np.ndarray, count: int) -> np.ndarray:
    edges = np.linspace(0, len(values), count + 1).round().astype(int)
    return np.add.reduceat(values, edges[:-1]) / np.diff(edges)
