"""Labels of a seam, computed from states alone."""

import numpy as np

from weldfusion.simulate.busbar.states import SeamStates
from weldfusion.simulate.curve import Curve

STATES = ("baseline", "low_power", "low_gap", "defocus", "water", "oil", "cold_weld")
BONDED, COLD_SHARE = 0.3, 0.5
LOW_POWER = 0.85
LOW_GAP = 0.25
FILM, FILM_SHARE = 0.15, 0.30
CONTAMINATIONS = ("water", "oil")


def state(states: SeamStates, base_power_w: float, defocus_m: float) -> str:
    """The state of a seam: cold weld, else the first cause that holds, else baseline.

    Cold weld: the weld is narrower between the sheets than 0.3 of its width for more than half of the seam.
    Causes, means over the seam: power at most 0.85 of `base_power_w`; gap below a quarter of a sheet (0.5 mm
    of 2 mm); focus at least `defocus_m` off; water or oil (over 0.15 thick) on more than 0.30 of the seam.
    """
    holds = {
        "cold_weld": cold_share(states) > COLD_SHARE,
        "low_power": states.weld.heat.power_w.values.mean() <= LOW_POWER * base_power_w,
        "low_gap": states.gap_m.values.mean() < LOW_GAP * states.sheet_m,
        "defocus": abs(states.focus_m.values.mean()) >= defocus_m,
        "water": film_share(states.weld.film.water) > FILM_SHARE,
        "oil": film_share(states.weld.film.oil) > FILM_SHARE,
    }
    return next((name for name, true in holds.items() if true), "baseline")


def cold_share(states: SeamStates) -> float:
    """Share of the seam whose width between the sheets is below 0.3 of that at the surface."""
    narrow = states.interface_m.values < BONDED * states.weld.heat.pool_width_m.values
    return float(narrow.mean())


def film_share(film: Curve) -> float:
    """Share of the seam under a film that is more than a trace.

    >>> film_share(Curve(np.array([0.0, 0.02, 0.5, 0.9]), 500.0))
    0.5
    """
    return float((film.values > FILM).mean())


def film_intervals(states: SeamStates) -> list[tuple[float, float, str]]:
    """Where films lie: (start s, end s, `water` or `oil`), in order."""
    found = []
    for name in CONTAMINATIONS:
        film: Curve = getattr(states.weld.film, name)
        there = np.concatenate([[False], film.values > FILM, [False]])
        edges = np.flatnonzero(there[1:] != there[:-1]) / film.rate
        found += [(float(start), float(end), name) for start, end in edges.reshape(-1, 2)]
    return sorted(found)


def mean_mm(curve: Curve) -> float:
    """Mean of a curve (m) in mm."""
    return float(curve.values.mean() * 1e3)
