"""Labels, computed from states alone."""

from collections.abc import Sequence

import numpy as np

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.pulsed_gta.states import States
from weldfusion.simulate.record import Labels

PENETRATION = ("partial", "full", "excessive")
LIMITS = (1.0, 1.25)
STEP_S = 0.25
ALONG_RATE = 100


def depth_ratio(states: States, step_s: float = STEP_S) -> np.ndarray:
    """Mean free depth of the bead over the thickness of the plate in successive intervals."""
    count = max(round(states.duration_s / step_s), 1)
    return _means(states.bead.free_depth_m.values, count) / states.plate_m


def penetration_along(states: States, step_s: float = STEP_S) -> tuple[str, ...]:
    """Penetration in successive intervals: partial below the thickness of the plate, full to 1.25 times it,
    excessive (back width above 0.6 of the top width) beyond."""
    return tuple(PENETRATION[code] for code in np.digitize(depth_ratio(states, step_s), LIMITS))


def weld_penetration(along: Sequence[str]) -> str:
    """The penetration of the longest part of the weld; the lower one of two equal parts.

    >>> weld_penetration(["partial", "full", "full"])
    'full'
    """
    return max(PENETRATION, key=list(along).count)


def penetration_intervals(states: States, margin: float) -> list[tuple[float, float, str]]:
    """Rows (start s, end s, class); those whose ratio is nearer than `margin` to a limit are left out."""
    ratio, names = depth_ratio(states), penetration_along(states)
    edges = np.linspace(0, states.duration_s, len(names) + 1)
    clear = np.abs(ratio[:, None] - np.array(LIMITS)).min(axis=1) >= margin
    rows = zip(edges[:-1].tolist(), edges[1:].tolist(), names, strict=True)
    return [row for row, kept in zip(rows, clear, strict=True) if kept]


def labels_of(states: States, margin: float) -> Labels:
    """All labels of a weld."""
    bead = {
        "top_width": states.bead.top_width_m,
        "back_width": states.bead.back_width_m,
        "depth": states.bead.depth_m,
    }
    means = {f"{name}_mm": f"{1e3 * curve.values.mean():.4f}" for name, curve in bead.items()}
    return Labels(
        values={"weld_penetration": weld_penetration(penetration_along(states)), **means},
        intervals={"penetration_along": penetration_intervals(states, margin)},
        curves={f"{name}_along": along_mm(curve) for name, curve in bead.items()},
    )


def along_mm(curve: Curve) -> np.ndarray:
    """A curve of the bead (m) as means over 10 ms, in mm, float32."""
    return 1e3 * _means(curve.values, round(len(curve) / curve.rate * ALONG_RATE)).astype(np.float32)


def _means(values: np.ndarray, count: int) -> np.ndarray:
    edges = np.linspace(0, len(values), count + 1).round().astype(int)
    return np.add.reduceat(values, edges[:-1]) / np.diff(edges)
