"""Films of water and oil on the sheet: patches along the seam, steam pops, and the pores that they leave.

Such pores need no collapse of the keyhole; lubricant between sheets bubbles some mm behind the capillary
(Appl. Sci. 2020, 10(6), 2077). Rates and sizes are our choice.
"""

import numpy as np

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser.design import Design
from weldfusion.simulate.laser.inputs import RATE
from weldfusion.simulate.laser.pores import Pores, joined
from weldfusion.simulate.laser.states import FilmStates

NO_EVENT = -1
PATCH_M, CLEAN_M = 6e-3, 4e-3
POPS_PER_S = 25.0


def draw_films(design: Design, samples: int, rng: np.random.Generator) -> FilmStates:
    """Films of one weld of `samples` / 500 Hz; patches are 6 mm long in the mean, 4 mm apart."""
    water = design.water * _patches(design.speed_m_s, samples, rng)
    oil = design.oil * _patches(design.speed_m_s, samples, rng)
    pops = rng.random(samples) < POPS_PER_S * water / RATE
    times = (np.flatnonzero(pops) + rng.random(int(pops.sum()))) / RATE
    return FilmStates(Curve(water, RATE), Curve(oil, RATE), times)


def draw_film_pores(film: FilmStates, speed_m_s: float, plate_m: float, rng: np.random.Generator) -> Pores:
    """Gas pores of the films, which all stay: 2 (water, median 40 µm) and 3 (oil, 120 µm) per cm of film."""
    pores = []
    for level, per_m, median_m, behind_m in ((film.water, 200, 40e-6, 0.0), (film.oil, 300, 120e-6, 3e-3)):
        times = np.flatnonzero(rng.random(len(level)) < per_m * level.values * speed_m_s / level.rate)
        count = len(times)
        behind = behind_m + 1e-3 * rng.standard_normal(count)
        pores.append(
            Pores(
                event=np.full(count, NO_EVENT),
                diameter_m=median_m * np.exp(0.5 * rng.standard_normal(count)),
                depth_m=plate_m * rng.uniform(0.05, 0.6, count),
                position_m=np.maximum(speed_m_s * times / level.rate - behind, 0.0),
                survived=np.ones(count, bool),
            )
        )
    return joined(*pores)


def _patches(speed_m_s: float, samples: int, rng: np.random.Generator) -> np.ndarray:
    """A two-state Markov chain along the seam: 1 in a patch, else 0."""
    step = speed_m_s / RATE
    there = rng.random() < PATCH_M / (PATCH_M + CLEAN_M)
    ends = np.empty(samples)
    for k, draw in enumerate(rng.random(samples)):
        there ^= draw < step / (PATCH_M if there else CLEAN_M)
        ends[k] = there
    return ends
