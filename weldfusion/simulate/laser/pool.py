"""Melt pool: width and length, open root, depth of the weld, back bead."""

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.signal import lfilter
from scipy.special import expit

from weldfusion.simulate.laser.design import Joint
from weldfusion.simulate.laser.inputs import RATE as SLOW_RATE
from weldfusion.simulate.laser.mean_keyhole import MeanKeyhole

MELTING_EFFICIENCY = 0.40
SHAPE_FACTOR = 0.38
OPEN_TRANSITION = 0.02
CLOSING_DIP = 0.3


def low_pass(values: np.ndarray, rate: float, time_constant: float) -> np.ndarray:
    """One-pole low-pass that starts settled on the first value."""
    keep = np.exp(-1 / (rate * time_constant))
    filtered, _ = lfilter([1 - keep], [1, -keep], values, zi=[keep * values[0]])
    return filtered


def open_share(depth: np.ndarray, dip: np.ndarray, plate: float) -> np.ndarray:
    """Open (full-penetration) fraction o of the root, 0 … 1; closed while the depth dips by over 0.3."""
    return expit((depth - plate) / (OPEN_TRANSITION * plate)) * (dip <= CLOSING_DIP)


def melted_area(power: np.ndarray, open_root: np.ndarray, joint: Joint) -> np.ndarray:
    """Cross-section (m²) that the absorbed power (W) melts; an open root loses a quarter."""
    useful = power * (1 - 0.25 * open_root)
    return MELTING_EFFICIENCY * useful / (joint.speed_m_s * joint.material.liquid.melting_enthalpy)


def pool_size(
    keyhole: MeanKeyhole, power_w: np.ndarray, open_root: np.ndarray, joint: Joint
) -> tuple[np.ndarray, np.ndarray]:
    """Width and length (m) of the pool over time at 500 Hz.

    Width: nail-head section of the melted area. Length: Rosenthal's thick and thin plate, blended over
    depth/plate = 1. Both follow with τ = L/(3V).
    """
    liquid = joint.material.liquid
    absorbed = keyhole.absorptivity * power_w
    area = melted_area(absorbed, open_root, joint)
    width = np.maximum(
        area / (SHAPE_FACTOR * np.minimum(keyhole.depth_m, joint.plate_m)), 3 * keyhole.radius_m
    )
    thick = absorbed / (2 * np.pi * liquid.conductivity * liquid.melting_rise_k)
    flow = liquid.conductivity * liquid.density * liquid.heat_capacity * joint.speed_m_s
    thin = (absorbed / joint.plate_m) ** 2 / (4 * np.pi * flow * liquid.melting_rise_k**2)
    blend = expit((keyhole.depth_m / joint.plate_m - 1) / 0.05)
    length = thick * (1 - blend) + np.maximum(thin, thick) * blend
    follow = length.mean() / (3 * joint.speed_m_s)
    return low_pass(width, SLOW_RATE, follow), low_pass(length, SLOW_RATE, follow)


def weld_depth(keyhole_depth: np.ndarray, rate: float, joint: Joint) -> np.ndarray:
    """Depth of the solidified weld (m): the melt line keeps the deep excursions, not the dips.

    Maximum over the past 3 ms, low-passed with 4 ms, plus the melt layer 0.3 α/V below the keyhole.
    """
    span = round(3e-3 * rate)
    highest = maximum_filter1d(keyhole_depth, span, origin=(span - 1) // 2, mode="nearest")
    layer = 0.3 * joint.material.liquid.diffusivity / joint.speed_m_s
    return np.minimum(low_pass(highest, rate, 4e-3) + layer, joint.plate_m)


def back_bead(open_root: np.ndarray, rate: float, limit: np.ndarray) -> np.ndarray:
    """Width (m) of the bead on the back side: the open share, low-passed with 20 ms, times `limit`."""
    return low_pass(open_root, rate, 20e-3) * limit
