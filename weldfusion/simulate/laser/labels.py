"""Labels, computed from states alone."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser.states import States

PORE = "pore"
PENETRATION = ("LP", "PP", "FP")
OPEN_LIMIT, DEPTH_LIMIT = 0.5, 0.80
STEP_S = 0.025
SMALLEST_PORE_M = 50e-6
PORE_REACH_M = 0.5e-3
ALONG_RATE = 1_000
OPEN_MARGIN = 7.5
POROSITY_LENGTH_M = 2e-3


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
    opened, ratio = _open_and_deep(states, step_s)
    edges = np.linspace(0, states.duration_s, len(opened) + 1)
    codes = np.where(opened > OPEN_LIMIT, 2, np.where(ratio >= DEPTH_LIMIT, 1, 0))
    return Intervals(edges, tuple(PENETRATION[code] for code in codes))


def clear_steps(states: States, margin: float, step_s: float = STEP_S) -> np.ndarray:
    """Which of the intervals of `penetration_along` lie off both limits (bool, one each).

    Off by at least `margin` in depth over plate and by at least 7.5 times that in the open share: in the
    proportion of 0.02 to 0.15.
    """
    opened, ratio = _open_and_deep(states, step_s)
    return (np.abs(ratio - DEPTH_LIMIT) >= margin) & (np.abs(opened - OPEN_LIMIT) >= OPEN_MARGIN * margin)


def _open_and_deep(states: States, step_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Open share and weld depth over plate in successive intervals."""
    count = max(round(states.duration_s / step_s), 1)
    ratio = _means(states.bead.depth_m.values, count) / states.plate_m
    return _means(states.keyhole.open_root.values, count), ratio


def weld_penetration(along: Intervals) -> str:
    """The penetration of the longest part of the weld; the lower one of two equal parts.

    >>> weld_penetration(Intervals(np.linspace(0, 1, 4), ("LP", "FP", "FP")))
    'FP'
    """
    return max(PENETRATION, key=lambda name: along.labels.count(name))


def pore_intervals(states: States) -> np.ndarray:
    """Where pores lie: intervals (n, 2) in seconds of weld time, apart and in order.

    Every pore of at least 50 µm that stayed in the weld counts, ±0.5 mm around its place on the seam; what
    overlaps is joined, what lies off the weld is cut.
    """
    reach, end = PORE_REACH_M / states.speed_m_s, states.duration_s
    joined: list[list[float]] = []
    for middle in np.sort(_kept_pores(states)) / states.speed_m_s:
        start, stop = max(middle - reach, 0.0), min(middle + reach, end)
        if joined and start <= joined[-1][1]:
            joined[-1][1] = stop
        elif start < stop:
            joined.append([start, stop])
    return np.array(joined, float).reshape(-1, 2)


def pores_per_cm(states: States) -> float:
    """Pores of at least 50 µm that stayed in the weld, per cm of seam."""
    return len(_kept_pores(states)) / (100 * states.speed_m_s * states.duration_s)


def local_porosity(states: States) -> np.ndarray:
    """Porosity along the seam in % at 1 kHz, float32.

    Area of the pores that count and whose middle lies within 1 mm of the place, over the area of the weld's
    longitudinal section there (length times mean weld depth; at the ends of the weld the length is shorter).
    """
    depth, speed = states.bead.depth_m, states.speed_m_s
    end = len(depth) / depth.rate
    places = speed * (np.arange(round(end * ALONG_RATE)) + 0.5) / ALONG_RATE
    low = np.maximum(places - POROSITY_LENGTH_M / 2, 0.0)
    high = np.minimum(places + POROSITY_LENGTH_M / 2, speed * end)
    edges = speed * np.arange(len(depth) + 1) / depth.rate
    section = np.append(0.0, np.cumsum(depth.values)) * speed / depth.rate
    kept = _kept(states)
    middle, diameter = states.pores.position_m[kept], states.pores.diameter_m[kept]
    near = (middle >= low[:, None]) & (middle <= high[:, None])
    pores = near @ (np.pi / 4 * diameter**2)
    within = np.interp(high, edges, section) - np.interp(low, edges, section)
    return (100 * pores / within).astype(np.float32)


def along_mm(curve: Curve) -> np.ndarray:
    """A curve of the bead (m) as means over 1 ms, in mm, float32."""
    return 1e3 * _means(curve.values, round(len(curve) / curve.rate * ALONG_RATE)).astype(np.float32)


def mean_mm(curve: Curve) -> float:
    """Mean of a curve of the bead in mm."""
    return float(curve.values.mean() * 1e3)


def _kept_pores(states: States) -> np.ndarray:
    """Places (m) of the pores that count."""
    return states.pores.position_m[_kept(states)]


def _kept(states: States) -> np.ndarray:
    pores = states.pores
    on_weld = pores.position_m <= states.speed_m_s * states.duration_s
    return pores.survived & (pores.diameter_m >= SMALLEST_PORE_M) & on_weld


def _means(values: np.ndarray, count: int) -> np.ndarray:
    edges = np.linspace(0, len(values), count + 1).round().astype(int)
    return np.add.reduceat(values, edges[:-1]) / np.diff(edges)
