"""Targets of a spot weld, from states alone: quality, nugget diameter, pull force."""

from math import sqrt

from weldfusion.simulate.resistance_spot.states import States

QUALITY = ("good", "bad", "explode")
SMALLEST = 3.5
MOST_LEAN = 0.30


def quality(states: States) -> str:
    """`explode`: melt was expelled; else `bad`: nugget below 3.5 √(thinner sheet in mm) mm or one-sided
    (offset above 0.30 of the tip's radius); else `good`."""
    if len(states.expulsions):
        return "explode"
    return "bad" if nugget_ratio(states) < 1 or states.mark.lean > MOST_LEAN else "good"


def nugget_mm(states: States) -> float:
    """Diameter of the nugget (mm)."""
    return 1e3 * states.nugget_m


def nugget_ratio(states: States) -> float:
    """Nugget diameter over the smallest good one."""
    return nugget_mm(states) / smallest_mm(min(states.sheets_m))


def smallest_mm(thin_m: float) -> float:
    """Smallest good nugget (mm): 3.5 √t (rule of thumb).

    >>> round(smallest_mm(1e-3), 3)
    3.5
    """
    return SMALLEST * sqrt(1e3 * thin_m)


def pull_force_kn(states: States) -> float:
    """Pull force (kN): 0.33 d^1.7 (t / 0.8 mm)^0.8 of nugget d and thinner sheet t in mm, with the scatter
    of the steel; a one-sided nugget carries less."""
    thin_mm = 1e3 * min(states.sheets_m)
    whole = 0.33 * nugget_mm(states) ** 1.7 * (thin_mm / 0.8) ** 0.8
    return states.strength * whole * (1 - 0.4 * states.mark.lean**2)
