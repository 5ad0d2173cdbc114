"""Arc and melt pool of a TIG weld in aluminium, in equations of a line or two; mm, s, A, V, W.

Width follows the high-speed limit of Rosenthal's point source, (q/V)^½; the depth over the width grows with
the root of the power, as arc pressure digs. What goes deeper than the plate widens the pool. The constants
(3 mm plate, 135 A, 3 mm/s) are our choice.
"""

import numpy as np

EFFICIENCY = 0.65
SPEED_MM_S, POWER_W, WIDTH_MM = 3.0, 1230.0, 7.6
DEPTH_SHARE = 0.44
SAG = 0.08
LENGTH_SHARE = 1.3


def arc_voltage(current_a: np.ndarray, arc_mm: np.ndarray) -> np.ndarray:
    """Arc voltage, linear in current and arc length.

    >>> float(arc_voltage(np.array(135.0), np.array(3.0)).round(2))
    14.05
    """
    return 10.0 + 0.010 * current_a + 0.9 * arc_mm


def free_width(power_w: np.ndarray, speed_mm_s: np.ndarray) -> np.ndarray:
    """Width of a pool that does not reach the root: 7.6 mm at 1230 W and 3 mm/s.

    >>> float(free_width(np.array(1230.0), np.array(0.75)).round(6))
    15.2
    """
    return WIDTH_MM * np.sqrt((power_w / POWER_W) * (SPEED_MM_S / speed_mm_s))


def free_depth(width_mm: np.ndarray, power_w: np.ndarray, factor: float = 1.0) -> np.ndarray:
    """Depth that the pool would have in a plate without end; `factor` is that of melt flow and arc."""
    return DEPTH_SHARE * factor * width_mm * np.sqrt(power_w / POWER_W)


def pool_width(width_mm: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Width of the pool on the surface; `ratio` is the free depth over the plate's thickness.

    >>> pool_width(np.array([8.0, 8.0]), np.array([0.9, 1.21])).round(6).tolist()
    [8.0, 8.8]
    """
    return width_mm * np.sqrt(np.maximum(ratio, 1.0))


def back_width(width_mm: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Width of the melt at the root: that of an ellipse cut by the back side, 0 where it is not reached.

    >>> back_width(np.array([8.0, 8.0]), np.array([0.9, 1.25])).round(6).tolist()
    [0.0, 4.8]
    """
    return width_mm * np.sqrt(np.maximum(1 - 1 / np.maximum(ratio, 1.0) ** 2, 0.0))


def resting_sag(back_width_mm: np.ndarray, plate_mm: float) -> np.ndarray:
    """How far the melt hangs through in the end: 0.08 w² / t."""
    return SAG * back_width_mm**2 / plate_mm


def speed_for_depth(ratio: float, power_w: float, plate_mm: float) -> float:
    """Speed at which the free depth is `ratio` times the plate.

    >>> speed = speed_for_depth(1.1, 1230.0, 3.0)
    >>> float(free_depth(free_width(np.array(1230.0), np.array(speed)), np.array(1230.0))) / 3
    1.1
    """
    deep = float(free_depth(free_width(np.array(power_w), np.array(1.0)), np.array(power_w)))
    return (deep / (ratio * plate_mm)) ** 2
