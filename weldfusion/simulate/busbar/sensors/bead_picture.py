"""The bead of a seam as a camera sees it: outline, ripples, crown or underfill, pits, open joint.

Shapes, sizes and contrasts are our choice.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from weldfusion.simulate.busbar.sensors.view import View
from weldfusion.simulate.busbar.states import SeamStates

CROWN_M = 0.12e-3
SLOPE_LIGHT = 0.55
ROUGH_EDGE = 0.05
RIPPLE_HZ, RIPPLE_DEPTH, RIPPLE_CURVE = 200.0, 0.10, 0.9
WANDER = 1.2
SHINE = 1.12
MOTTLE = 0.07
OIL_DULL, WATER_PALE = 0.10, 0.05
PIT_DARK, CREVICE_DARK, CRATER_DARK = 0.65, 0.45, 0.35
CREVICE_M = 0.20e-3


@dataclass(frozen=True)
class Bead:
    """`light` (rows, columns) relative to the sheet, `inside` share 0 … 1 of each pixel, `off_m` distance
    outside the bead's edge (0 inside)."""

    light: np.ndarray
    inside: np.ndarray
    off_m: np.ndarray


def draw_bead(states: SeamStates, view: View, width_factor: float, rng: np.random.Generator) -> Bead:
    """The bead of one seam; `width_factor` is that of its group (surface tension)."""
    half = _half_width(states, view, width_factor, rng)
    distance = np.abs(view.across_m) - half
    inside = 1 / (1 + np.exp(np.clip(distance / (0.3 * view.pixel_m), -30, 30)))
    aside = np.clip(view.across_m / np.maximum(half, view.pixel_m), -1, 1)
    slope = 2 * (CROWN_M - view.at(states, states.sag_m)) / np.maximum(half, view.pixel_m)
    light = SHINE * (1 - SLOPE_LIGHT * slope * aside)
    light = light * (1 + _ripples(states, view, aside, half, rng))
    light *= 1 + MOTTLE * view.blotches(rng, 0.3e-3, 0.3e-3)
    film = states.weld.film
    light *= 1 - OIL_DULL * view.at(states, film.oil) + WATER_PALE * view.at(states, film.water)
    light *= 1 - CREVICE_DARK * _crevice(states, view, rng)
    light *= _pits(states, view, half)
    return Bead(light, inside, np.maximum(distance, 0.0))


def _half_width(states: SeamStates, view: View, width_factor: float, rng: np.random.Generator) -> np.ndarray:
    """Half the bead's width at each column (m), round at both ends, 0 beyond them."""
    half = view.at(states, states.weld.heat.pool_width_m) * width_factor / 2
    unrest = view.at(states, states.weld.heat.instability)
    wave = gaussian_filter1d(rng.standard_normal(view.columns), 0.4e-3 / view.pixel_m, mode="wrap")
    half = half * (1 + ROUGH_EDGE * unrest * wave / wave.std())
    end = states.weld.speed_m_s * states.duration_s
    to_end = np.clip(np.minimum(view.along_m, end - view.along_m) / half.mean(), 0, 1)
    return half * np.sqrt(1 - (1 - to_end) ** 2)


def _ripples(
    states: SeamStates, view: View, aside: np.ndarray, half: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Ripples V / 200 Hz apart, curved backwards; the more restless the pool, the deeper and less even."""
    unrest = view.at(states, states.weld.heat.instability)
    length = states.weld.speed_m_s / RIPPLE_HZ
    lag = RIPPLE_CURVE * half * aside**2
    drift = np.cumsum(rng.standard_normal(view.columns)) * np.sqrt(view.pixel_m / length)
    phase = 2 * np.pi * (view.along_m + lag) / length + WANDER * unrest * drift
    return RIPPLE_DEPTH * (0.5 + 0.5 * unrest) * np.sin(phase) * (1 - aside**2)


def _crevice(states: SeamStates, view: View, rng: np.random.Generator) -> np.ndarray:
    """Share 0 … 1 of a dark line along the middle, in parts of where the melt does not bridge the gap."""
    opened = 1 - view.at(states, states.bridged)
    parts = gaussian_filter1d(rng.standard_normal(view.columns), 1.5e-3 / view.pixel_m, mode="wrap") > 0
    return np.exp(-((view.across_m / CREVICE_M) ** 2)) * opened * parts


def _pits(states: SeamStates, view: View, half: np.ndarray) -> np.ndarray:
    """Factor on the light: dark discs, and the end crater."""
    pits, speed = states.pits, states.weld.speed_m_s
    dark = np.zeros((view.rows, view.columns))
    for time, across, size in zip(pits.time_s, pits.across, pits.diameter_m, strict=True):
        column = int(np.abs(view.along_m - speed * time).argmin())
        near = slice(max(column - 8, 0), column + 9)
        square = (view.across_m - across * half[column]) ** 2 + (view.along_m[near] - speed * time) ** 2
        blob = np.exp(-square / (0.5 * size) ** 2)
        dark[:, near] = np.maximum(dark[:, near], PIT_DARK * blob)
    end = view.along_m - speed * states.duration_s + half.max()
    crater = CRATER_DARK * np.exp(-(view.across_m**2 + end**2) / (0.6 * half.max()) ** 2)
    return (1 - dark) * (1 - crater)
