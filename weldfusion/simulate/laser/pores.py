"""Keyhole pores: born in collapses, some of them escape before the pool freezes."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from weldfusion.simulate.laser.events import Events
from weldfusion.simulate.laser.material import Liquid

BEARING = np.array([0.80, 0.70, 0.08])
MEDIAN_M, MEDIAN_RADIUS_M = 146e-6, 0.20e-3
DROP_SLOPE, LOG_SPREAD = 1.6, 0.44
GRAVITY = 9.81


@dataclass(frozen=True)
class Pores:
    """Pores of one weld: event that bore it (-1: a film), diameter (m), depth of birth (m), place on the
    seam (m), and whether it survived (stays in the weld)."""

    event: np.ndarray
    diameter_m: np.ndarray
    depth_m: np.ndarray
    position_m: np.ndarray
    survived: np.ndarray


def joined(*some: Pores) -> Pores:
    """All pores of several records."""
    return Pores(*(np.concatenate(values) for values in zip(*(vars(p).values() for p in some), strict=True)))


def rise_speed(diameter: np.ndarray, liquid: Liquid) -> np.ndarray:
    """Terminal speed (m/s) of a bubble: Stokes g D² ρ/(18 μ) over the drag factor 1 + 0.15 Re^0.687.

    >>> from weldfusion.simulate.laser.material import AL_6061
    >>> 0.014 < float(rise_speed(np.array(150e-6), AL_6061.liquid)) < 0.019
    True
    """
    stokes = GRAVITY * diameter**2 * liquid.density / (18 * liquid.viscosity)
    speed = stokes
    for _ in range(30):
        reynolds = liquid.density * speed * diameter / liquid.viscosity
        speed = (speed + stokes / (1 + 0.15 * reynolds**0.687)) / 2
    return speed


@dataclass(frozen=True)
class Surroundings:
    """What a pore meets at each event: keyhole depth and radius (m), pool length (m), open share just
    before the event; arrays over events. `speed_m_s` is the travel speed."""

    depth_m: np.ndarray
    radius_m: np.ndarray
    pool_length_m: np.ndarray
    open_share: np.ndarray
    speed_m_s: float


def draw_pores(events: Events, around: Surroundings, liquid: Liquid, rng: np.random.Generator) -> Pores:
    """Birth, size, escape and final place of the pores of one weld.

    Every event draws the same numbers whether or not it bears a pore.
    """
    count = len(events)
    born = rng.random(count) < BEARING[events.kind]
    birth_depth = rng.uniform(0.60, 0.95, count) * around.depth_m
    middle = np.log(MEDIAN_M * around.radius_m / MEDIAN_RADIUS_M)
    log_diameter = middle + DROP_SLOPE * (events.drop - 0.60) + LOG_SPREAD * rng.standard_normal(count)
    diameter = np.exp(log_diameter)
    risen = rise_speed(diameter, liquid) * around.pool_length_m / around.speed_m_s
    stays = rng.random(count) >= expit((risen - birth_depth) / (0.3 * birth_depth))
    stays &= rng.random(count) >= 0.5 * around.open_share
    drift = np.abs(1e-3 * rng.standard_normal(count))
    position = np.maximum(around.speed_m_s * events.time_s - drift, 0.0)
    return Pores(np.flatnonzero(born), diameter[born], birth_depth[born], position[born], stays[born])
