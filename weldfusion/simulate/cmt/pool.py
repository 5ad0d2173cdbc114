"""Depth of the weld in a groove and size of its pool: closed forms of wire, speed, gap and arc length.

All constants are our choice; that depth rises with wire and gap and falls with speed is common knowledge.
"""

import numpy as np

NOMINAL_ARC_M = 3e-3
WIRE_M_S, SPEED_M_S = 5 / 60, 5e-3
DEPTH_M, WIDTH_M = 2.4e-3, 6.0e-3
PER_MM_OF_GAP = 0.5
PER_MM_OF_ARC = -0.06


def free_depth(
    wire_m_s: np.ndarray, speed_m_s: float, gap_m: np.ndarray, arc_m: np.ndarray | float = NOMINAL_ARC_M
) -> np.ndarray:
    """Depth (m) to which a thick root would melt: 2.4 mm (wire / 5 m/min)^0.8 (0.3 m/min / speed)^0.5
    (1 + 0.5 gap/mm) (1 − 0.06 (arc length − 3 mm)/mm).

    >>> round(float(1e3 * free_depth(np.array(5 / 60), 5e-3, np.array(0.4e-3))), 6)
    2.88
    """
    depth = DEPTH_M * (wire_m_s / WIRE_M_S) ** 0.8 * (SPEED_M_S / speed_m_s) ** 0.5
    return depth * (1 + PER_MM_OF_GAP * 1e3 * gap_m) * (1 + PER_MM_OF_ARC * 1e3 * (arc_m - NOMINAL_ARC_M))


def wire_for_depth(depth_m: float, speed_m_s: float, gap_m: float) -> float:
    """The wire speed (m/s) that melts to a depth with an arc of 3 mm.

    >>> wire = wire_for_depth(3.3e-3, 4e-3, 0.5e-3)
    >>> round(float(1e3 * free_depth(np.array(wire), 4e-3, np.array(0.5e-3))), 6)
    3.3
    """
    nominal = float(free_depth(np.array(WIRE_M_S), speed_m_s, np.array(gap_m)))
    return WIRE_M_S * (depth_m / nominal) ** 1.25


def pool_width(
    wire_m_s: np.ndarray, speed_m_s: float, gap_m: np.ndarray, sag_m: np.ndarray, arc_m: np.ndarray
) -> np.ndarray:
    """Width (m) of the pool seen from above: 6 mm (wire / 5 m/min)^0.5 (0.3 m/min / speed)^0.25, less 15 %
    per mm of gap over 0.4 mm and 6 % per mm of sag (metal goes down), more 5 % per mm of arc length."""
    width = WIDTH_M * (wire_m_s / WIRE_M_S) ** 0.5 * (SPEED_M_S / speed_m_s) ** 0.25
    down = 1 - 0.15e3 * (gap_m - 0.4e-3) - 0.06e3 * sag_m
    return width * np.maximum(down, 0.3) * (1 + 0.05e3 * (arc_m - NOMINAL_ARC_M))


def cycle_rate(wire_m_s: np.ndarray, arc_m: np.ndarray, sag_m: np.ndarray) -> np.ndarray:
    """Mean rate (Hz) of the arc's cycles: 80 Hz, plus 3 for every m/min of wire over 5, less 6 per mm of arc
    length over 3 mm, less 3 per mm of sag."""
    more = 3 * (60 * wire_m_s - 5) - 6e3 * (arc_m - NOMINAL_ARC_M) - 3e3 * sag_m
    return 80 + more
