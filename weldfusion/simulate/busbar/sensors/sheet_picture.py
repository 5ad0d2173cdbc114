"""The sheet around a seam as a camera sees it: rolled surface, edge of the upper sheet with the shadow of the
gap below it, halo of the heat, soot of burnt oil, smut, spatter. Sizes and contrasts are our choice."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from weldfusion.simulate.busbar.sensors.view import View
from weldfusion.simulate.busbar.states import SeamStates
from weldfusion.simulate.curve import Curve

EDGE_M = 4.2e-3
SHADOW_PER_GAP, SHADOW_DARK = 2.0, 0.75
GAP_SEEN_SD_M = 0.03e-3
LOWER_SHEET = 0.90
ROLLED, STAINED = 0.035, 0.03
HALO_PER_HEAT_M, HEAT_J_M, HALO = 1.1e-3, 12e3, 0.14
SOOT, SOOT_REACH_M = 0.30, 1.6e-3
SMUT = 0.09
FLIGHT_M_PER_SPEED, STICKING_M = 2.5e-3, 105e-6
SPLAT, SPECK = 3.0, 0.55


def draw_sheet(
    states: SeamStates, view: View, off_m: np.ndarray, smut: float, shadow: float, rng: np.random.Generator
) -> np.ndarray:
    """Light (rows, columns) of the sheet relative to its colour; `off_m` is the distance from the bead.

    `smut` and `shadow` are factors of the groups: how dirty welds are anyway, how low the light stands.
    """
    light = 1 + ROLLED * view.blotches(rng, 0.15e-3, 12e-3) + STAINED * view.blotches(rng, 4e-3, 6e-3)
    heat = states.weld.heat
    energy = heat.absorptivity.values * heat.power_w.values / states.weld.speed_m_s
    reach = HALO_PER_HEAT_M * view.at(states, Curve(energy, heat.power_w.rate)) / HEAT_J_M
    on = _between_ends(states, view)
    light *= 1 - HALO * on * np.exp(-((off_m / reach) ** 2))
    light *= 1 - on * _dirt(states, view, off_m, smut, rng)
    light *= _edge(states, view, shadow, rng)
    return light * _spatter(states, view)


def _between_ends(states: SeamStates, view: View) -> np.ndarray:
    end = states.weld.speed_m_s * states.duration_s
    inside = ((view.along_m > 0) & (view.along_m < end)).astype(float)
    return gaussian_filter1d(inside, 1e-3 / view.pixel_m)


def _dirt(
    states: SeamStates, view: View, off_m: np.ndarray, smut: float, rng: np.random.Generator
) -> np.ndarray:
    """Darkness of soot (where oil burnt) and of the smut that welding leaves anyway, both in blotches."""
    oil = gaussian_filter1d(view.at(states, states.weld.film.oil), 1e-3 / view.pixel_m)
    usual = SMUT * smut * np.exp(0.6 * view.blotches(rng, 2e-3, 5e-3))
    uneven = np.exp(0.4 * view.blotches(rng, 0.8e-3, 2e-3))
    dark = (SOOT * oil + usual) * uneven * np.exp(-((off_m / SOOT_REACH_M) ** 2))
    return np.minimum(dark, 0.8)


def _edge(states: SeamStates, view: View, shadow: float, rng: np.random.Generator) -> np.ndarray:
    """Factor on the light: the lower sheet beyond the upper one's edge, and the shadow of the gap there.

    The gap at the edge is that at the seam within 0.03 mm, as the sheets are not flat.
    """
    seen = view.at(states, states.gap_m) + GAP_SEEN_SD_M * float(rng.standard_normal())
    width = SHADOW_PER_GAP * shadow * np.maximum(seen, 0.0)
    beyond = (view.across_m - EDGE_M) / view.pixel_m
    lower = np.clip(beyond + 0.5, 0, 1)
    shaded = lower * np.clip(width / view.pixel_m - beyond + 0.5, 0, 1)
    return (1 - (1 - LOWER_SHEET) * lower) * (1 - SHADOW_DARK * shaded)


def _spatter(states: SeamStates, view: View) -> np.ndarray:
    """Factor on the light: particles over 105 µm stick 2.5 mm from the seam for every m/s of their speed."""
    spatter, speed = states.weld.spatter, states.weld.speed_m_s
    flown = FLIGHT_M_PER_SPEED * spatter.speed_m_s * np.cos(spatter.elevation)
    across = flown * np.sin(spatter.azimuth)
    along = speed * spatter.time_s + flown * np.cos(spatter.azimuth)
    light = np.ones((view.rows, view.columns))
    sticks = spatter.diameter_m > STICKING_M
    for place, aside, size in zip(along[sticks], across[sticks], spatter.diameter_m[sticks], strict=True):
        row = int(np.abs(view.across_m[:, 0] - aside).argmin())
        column = int(np.abs(view.along_m - place).argmin())
        near = slice(max(row - 3, 0), row + 4), slice(max(column - 3, 0), column + 4)
        square = (view.across_m[near[0]] - aside) ** 2 + (view.along_m[near[1]] - place) ** 2
        light[near] *= 1 - SPECK * np.exp(-square / (SPLAT * size / 2) ** 2)
    return light
