"""Labels, computed from states alone."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.aluminium_tig.states import States
from weldfusion.simulate.curve import Curve

STATES = (
    "good",
    "burn-through",
    "contamination",
    "lack of fusion",
    "misalignment",
    "lack of penetration",
)
CODES = {"burn-through": 510, "lack of fusion": 401, "misalignment": 507, "lack of penetration": 402}
BACK_LIMIT, FILM_LIMIT, DEPTH_LIMIT, SIDE_LIMIT = 0.9, 0.30, 0.80, 1.0
OFFSET_LIMIT_MM, HILO_LIMIT_MM = 0.8, 0.5
STEP_S = 1.0
ALONG_RATE = 8


@dataclass(frozen=True)
class Intervals:
    """A label along the weld: edges (s, one more than labels) and a class name per interval."""

    edges_s: np.ndarray
    labels: tuple[str, ...]


def state_of(
    back: np.ndarray,
    sag: np.ndarray,
    film: np.ndarray,
    offset_mm: np.ndarray,
    hilo_mm: np.ndarray,
    side: np.ndarray,
    depth: np.ndarray,
) -> np.ndarray:
    """Number of the state (into `STATES`); of several that hold the first one below.

    - burn-through: width at the root over 0.9 of that on the surface, or a hole (sag over the thickness);
    - contamination: film over 0.30 of the surface;
    - misalignment: torch more than 0.8 mm beside the joint, or hi-lo over 0.5 mm;
    - lack of fusion: melt that does not reach the groove's edge on one side (`side` below 1) though the
      middle is at least 0.80 deep;
    - lack of penetration: depth below 0.80 of the plate.

    Args:
        back, sag, film, depth: width at the root over that on the surface, sag and depth over the thickness,
            share under film.
        offset_mm, hilo_mm: of the torch and of the plates, without sign.
        side: reach of the melt over the groove's half width, on the side that it reaches less.
    """
    holds = [
        (back > BACK_LIMIT) | (sag > 1),
        film > FILM_LIMIT,
        (offset_mm > OFFSET_LIMIT_MM) | (hilo_mm > HILO_LIMIT_MM),
        (side < SIDE_LIMIT) & (depth >= DEPTH_LIMIT),
        depth < DEPTH_LIMIT,
    ]
    return np.select(holds, [1, 2, 4, 3, 5], 0)


def measures(states: States, step_s: float = STEP_S) -> dict[str, np.ndarray]:
    """The arguments of `state_of` as means over successive steps."""
    pool, joint, count = states.pool, states.joint, max(round(states.duration_s / step_s), 1)
    half = pool.width_mm.values / 2 - np.abs(joint.offset_mm.values)
    of_samples = {
        "back": pool.back_width_mm.values / pool.width_mm.values,
        "sag": pool.sag_mm.values / states.plate_mm,
        "film": joint.film.values,
        "offset_mm": np.abs(joint.offset_mm.values),
        "hilo_mm": np.abs(joint.hilo_mm.values),
        "side": half / states.groove_half_mm,
        "depth": pool.depth_mm.values / states.plate_mm,
    }
    return {name: means(values, count) for name, values in of_samples.items()}


def states_along(states: States, step_s: float = STEP_S) -> Intervals:
    """The state in successive steps of weld time."""
    numbers = state_of(**measures(states, step_s))
    edges = np.linspace(0, states.duration_s, len(numbers) + 1)
    return Intervals(edges, tuple(STATES[number] for number in numbers))


def weld_state(along: Intervals) -> str:
    """The imperfection of the longest part of the weld if it takes a quarter of it or more, else good.

    >>> weld_state(Intervals(np.linspace(0, 4, 5), ("good", "good", "good", "burn-through")))
    'burn-through'
    """
    worst = max(STATES[1:], key=lambda name: along.labels.count(name))
    return worst if 4 * along.labels.count(worst) >= len(along.labels) else STATES[0]


def along_mm(curve: Curve) -> np.ndarray:
    """A curve of the pool as means over 1/8 s, in mm, float32."""
    return means(curve.values, round(len(curve) / curve.rate * ALONG_RATE)).astype(np.float32)


def means(values: np.ndarray, count: int) -> np.ndarray:
    """Means over `count` successive parts.

    >>> means(np.arange(6.0), 3).tolist()
    [0.5, 2.5, 4.5]
    """
    edges = np.linspace(0, len(values), count + 1).round().astype(int)
    return np.add.reduceat(values, edges[:-1]) / np.diff(edges)
