"""Labels, computed from states alone."""

import numpy as np

from weldfusion.simulate.cmt.states import States
from weldfusion.simulate.curve import Curve

PENETRATION = ("non_penetration", "full_penetration", "excessive_penetration")
EXCESSIVE_M = 1e-3
STEP_S = 0.05
ALONG_RATE = 100


def penetration_along(states: States) -> list[tuple[float, float, str]]:
    """Penetration in successive steps of 50 ms: rows (start s, end s, class).

    Non where the root is open for less than half of the time, else excessive where the back reinforcement is
    over 1 mm in the mean, else full.
    """
    count = max(round(states.duration_s / STEP_S), 1)
    opened, sag = means(states.open_root, count), means(states.sag_m, count)
    codes = np.where(opened < 0.5, 0, np.where(sag > EXCESSIVE_M, 2, 1))
    edges = np.linspace(0, states.duration_s, count + 1)
    return [(float(edges[k]), float(edges[k + 1]), PENETRATION[code]) for k, code in enumerate(codes)]


def weld_penetration(along: list[tuple[float, float, str]]) -> str:
    """The penetration of the longest part of the weld; the lower one of two equal parts.

    >>> weld_penetration([(0.0, 0.1, PENETRATION[1]), (0.1, 0.2, PENETRATION[1]), (0.2, 0.3, PENETRATION[0])])
    'full_penetration'
    """
    names = [name for *_, name in along]
    return max(PENETRATION, key=names.count)


def along_mm(curve: Curve) -> np.ndarray:
    """A curve (m) as means over 10 ms, in mm, float32."""
    return (1e3 * means(curve, round(len(curve) / curve.rate * ALONG_RATE))).astype(np.float32)


def mean_mm(curve: Curve) -> float:
    """Mean of a curve in mm."""
    return float(1e3 * curve.values.mean())


def means(curve: Curve, count: int) -> np.ndarray:
    """Means of a curve over `count` equal parts."""
    edges = np.linspace(0, len(curve), count + 1).round().astype(int)
    return np.add.reduceat(curve.values, edges[:-1]) / np.diff(edges)
