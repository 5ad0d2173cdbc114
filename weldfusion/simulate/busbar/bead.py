"""The solidified seam: width between the sheets, underfill over the gap, pits in the surface.

The section is half an ellipse: at depth z the weld is W √(1 − (z/d)²) wide. With the limit of 0.3 W between
the sheets it must reach about 5 % of a sheet (0.1 mm of 2 mm) into the lower one. Sizes and chances are ours.
"""

import numpy as np

from weldfusion.simulate.busbar.states import Pits
from weldfusion.simulate.laser.events import Events

BRIDGED = 0.35
FILLED = 0.5
PIT_OF_POP, POP_PIT_M = 0.5, 0.32e-3
PIT_OF_COLLAPSE, COLLAPSE_PIT_M = 0.5, 0.24e-3
DEEP_DROP = 0.6
STRAY_PITS_PER_S, STRAY_PIT_M = 5.0, 0.20e-3


def section_share(depth: np.ndarray, at: float) -> np.ndarray:
    """Width of the weld at depth `at` (m) over that at the surface, for weld depths (m).

    >>> section_share(np.array([1.0, 2.0, 2.0966, 4.0]), 2.0).round(3).tolist()
    [0.0, 0.0, 0.3, 0.866]
    """
    return np.sqrt(np.maximum(1 - (at / np.maximum(depth, 1e-9)) ** 2, 0.0))


def bridges(gap: np.ndarray, sheet: float) -> np.ndarray:
    """1 where the melt bridges the gap (at most 0.35 of a sheet), else 0."""
    return (gap <= BRIDGED * sheet).astype(float)


def sag(gap: np.ndarray, share: np.ndarray, bridged: np.ndarray) -> np.ndarray:
    """How far (m) the surface sinks because melt fills the gap over the width that it joins, or, where it
    does not bridge it, hangs into it."""
    return FILLED * gap * np.where(bridged > 0, share, 1.0)


def draw_pits(pops_s: np.ndarray, events: Events, duration_s: float, rng: np.random.Generator) -> Pits:
    """Pits of half of the steam pops, of half of the deep mouth dips, and some stray ones."""
    popped = pops_s[rng.random(len(pops_s)) < PIT_OF_POP]
    deep = events.mouth_drop > DEEP_DROP
    burst = events.time_s[deep & (rng.random(len(events)) < PIT_OF_COLLAPSE)]
    stray = rng.uniform(0, duration_s, rng.poisson(STRAY_PITS_PER_S * duration_s))
    parts = ((popped, POP_PIT_M), (burst, COLLAPSE_PIT_M), (stray, STRAY_PIT_M))
    times = np.concatenate([some for some, _ in parts])
    middle = np.concatenate([np.full(len(some), size) for some, size in parts])
    return Pits(
        time_s=times,
        across=np.clip(0.35 * rng.standard_normal(len(times)), -0.9, 0.9),
        diameter_m=middle * np.exp(0.35 * rng.standard_normal(len(times))),
    )
