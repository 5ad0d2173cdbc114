"""The weld pool: heat, width, depth, back side, length. Closed forms, SI units."""

import numpy as np
from scipy.ndimage import grey_dilation
from scipy.signal import lfilter
from scipy.special import expit

from weldfusion.simulate.pulsed_gta.steel import DIFFUSIVITY_M2_S

NOMINAL_HEAT_W = 0.70 * 14.0 * 150.0
NOMINAL_WIDTH_M, NOMINAL_SPEED_M_S = 6.5e-3, 2.5e-3
HEAT_TIME_S = 0.6
DEPTH_OVER_WIDTH = 0.42
WIDTH_BY_SULPHUR = -0.4
SAG_FACTOR = 0.08
FRONT_OVER_WIDTH, LENGTH_OVER_WIDTH = 0.45, 1.3
LONGER_WHEN_THROUGH = 0.18
OPEN_TRANSITION, THIN_TRANSITION = 0.03, 0.25


def arc_voltage(current_a: np.ndarray, arc_m: np.ndarray, sag_m: np.ndarray | float = 0.0) -> np.ndarray:
    """Arc voltage (V): 9.5 + 0.012 I + 0.9 V per mm of arc; a sagging pool lengthens the arc.

    >>> float(arc_voltage(np.array(150.0), np.array(3e-3)))
    14.0
    """
    return 9.5 + 0.012 * current_a + 0.9e3 * arc_m + 0.4e3 * sag_m


def low_pass(values: np.ndarray, rate: float, time_constant: float) -> np.ndarray:
    """One-pole low-pass that starts settled on the mean of the values."""
    keep = np.exp(-1 / (rate * time_constant))
    filtered, _ = lfilter([1 - keep], [1, -keep], values, zi=[keep * values.mean()])
    return filtered


def pool_width(
    heat_w: np.ndarray, speed_m_s: np.ndarray | float, marangoni: np.ndarray | float = 1.0
) -> np.ndarray:
    """Width (m) of the pool: 6.5 mm at 1470 W and 2.5 mm/s, with the root of the heat; sulphur narrows it.

    >>> float(pool_width(np.array(1470.0), 2.5e-3))
    0.0065
    """
    slower = (NOMINAL_SPEED_M_S / speed_m_s) ** 0.25
    return NOMINAL_WIDTH_M * np.sqrt(heat_w / NOMINAL_HEAT_W) * slower * marangoni**WIDTH_BY_SULPHUR


def free_depth(width_m: np.ndarray, marangoni: np.ndarray | float = 1.0) -> np.ndarray:
    """Depth (m) that the pool would have in a thick plate."""
    return DEPTH_OVER_WIDTH * width_m * marangoni


def back_width(width_m: np.ndarray, depth_m: np.ndarray, plate_m: float) -> np.ndarray:
    """Width (m) of the pool on the back side for a free depth: 0 where it ends within the plate.

    >>> back_width(np.array([6e-3, 6e-3]), np.array([2e-3, 2.5e-3]), 2e-3).round(6).tolist()
    [0.0, 0.0036]
    """
    return width_m * np.sqrt(np.maximum(0.0, 1 - (plate_m / depth_m) ** 2))


def sag(back_m: np.ndarray, plate_m: float) -> np.ndarray:
    """How far (m) the pool hangs down: 0.08 w² / t."""
    return SAG_FACTOR * back_m**2 / plate_m


def open_share(depth_m: np.ndarray, plate_m: float) -> np.ndarray:
    """How far the pool is through the plate, 0 … 1; one half where its free depth is the thickness."""
    return expit((depth_m / plate_m - 1) / OPEN_TRANSITION)


def thin_share(depth_m: np.ndarray, plate_m: float, backing: float, rate: float) -> np.ndarray:
    """How far heat flows as in a thin plate (0 … 1): later than the pool by the diffusion time t²/(4 α)."""
    share = expit((depth_m / plate_m - 0.95 - backing) / THIN_TRANSITION)
    return low_pass(share, rate, plate_m**2 / (4 * DIFFUSIVITY_M2_S))


def pool_length(width_m: np.ndarray, thin: np.ndarray) -> np.ndarray:
    """Length (m): 1.3 widths, up to 18 % more where heat flows as in a thin plate."""
    return LENGTH_OVER_WIDTH * width_m * (1 + LONGER_WHEN_THROUGH * thin)


def solidified(values: np.ndarray, half_length_s: float, rate: float) -> np.ndarray:
    """What stays in the seam of a size of the moving pool: the largest that passes over a place, each
    elliptically smaller ahead and behind.

    Args:
        values: size over time, at least 0.
        half_length_s: half the pool's length over the travel speed (s).
        rate: samples per second.
    """
    reach = max(int(half_length_s * rate), 1)
    place = np.arange(-reach, reach + 1) / (reach + 1)
    outline = 0.5 * np.log1p(-(place**2))
    sizes = np.log(np.maximum(values, 1e-9))
    return np.exp(grey_dilation(sizes, structure=outline, mode="nearest"))
