"""What is set before a spot weld: sheets, electrodes, pressure, time and current."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from weldfusion.errors import WeldfusionError
from weldfusion.simulate.resistance_spot.heating import Stack, expulsion_limit, heat

STOCK_MM = (0.61, 0.76, 0.91, 1.06)
PRESSURES_PSI = (35.0, 60.0, 80.0, 95.0)
FORCE_N_PER_PSI = 21.05
ANGLE_DEG, ANGLED = 15.0, 0.30
SHORTEST_MS, LONGEST_MS = 200.0, 1500.0
LEAST_KA, MOST_KA = 3.0, 7.5
SMALLEST, TIP = 3.5, 5.143
PLANS = ("nominal", "weak", "inclined", "hot")
SHARES = (0.88, 0.03, 0.025, 0.065)
NOMINAL_MARGIN, INCLINED_MARGIN = (0.35, 0.70), (-1.0, 0.2)
WEAK_MARGIN, HOT_MARGIN, TAIL = 0.15, 0.85, 0.25
"""Planned nugget between the smallest good one (0) and the expulsion limit (1); weak, hot: with tails."""
COARSE_HZ = 1_000.0


@dataclass(frozen=True)
class Design:
    """What is set and prepared for one weld; none of it says how the weld comes out.

    `plan` is the part of the mixture that the settings were drawn from.
    """

    pressure_psi: float
    weld_time_ms: float
    angle_deg: float
    current_ka: float
    thickness_a_mm: float
    thickness_b_mm: float
    plan: str

    @property
    def thin_mm(self) -> float:
        """The thinner sheet."""
        return min(self.thickness_a_mm, self.thickness_b_mm)


def draw_design(rng: np.random.Generator) -> Design:
    """Settings of one weld: a planned nugget decides the current, as a schedule by thickness would.

    Raises:
        WeldfusionError: no settings were found within the ranges.
    """
    plan = str(rng.choice(PLANS, p=SHARES))
    stock = float(rng.choice(STOCK_MM))
    sheets = stock * np.exp(0.028 * rng.standard_normal(2)) * (1.0, 0.97)
    for _ in range(100):
        angle = ANGLE_DEG if plan == "inclined" or rng.random() < ANGLED else 0.0
        pressures = PRESSURES_PSI[:1] if plan == "inclined" else _fitting(angle)
        pressure = float(rng.choice(pressures))
        shortest = max(SHORTEST_MS, 350 * (stock / 0.8) ** 2)
        time_ms = float(np.round(np.exp(rng.uniform(np.log(shortest), np.log(LONGEST_MS)))))
        wanted = _wanted_nugget(sheets, pressure, angle, _margin(plan, rng))
        current = _current_for(wanted, nominal_stack(sheets, pressure), time_ms)
        if LEAST_KA <= current <= MOST_KA:
            return Design(pressure, time_ms, angle, current, float(sheets[0]), float(sheets[1]), plan)
    raise WeldfusionError(f"resistance_spot: no current within {LEAST_KA} to {MOST_KA} kA fits {stock} mm")


def _margin(plan: str, rng: np.random.Generator) -> float:
    if plan == "weak":
        return WEAK_MARGIN - TAIL * rng.exponential()
    if plan == "hot":
        return HOT_MARGIN + TAIL * rng.exponential()
    return float(rng.uniform(*(INCLINED_MARGIN if plan == "inclined" else NOMINAL_MARGIN)))


@cache
def _fitting(angle_deg: float) -> tuple[float, ...]:
    """Pressures at which a good nugget can grow without expulsion."""
    least = SMALLEST / TIP + 0.14
    return tuple(p for p in PRESSURES_PSI if expulsion_limit(1.0, FORCE_N_PER_PSI * p, angle_deg) > least)


def nominal_stack(sheets_mm: np.ndarray, pressure_psi: float) -> Stack:
    """Sheets and tips as planned, that never expel; the tip's diameter in mm is 5.143 √(thickness in mm)."""
    height = float(sheets_mm.sum()) * 1e-3
    tip = TIP * np.sqrt(500 * height) * 1e-3
    return Stack(height, float(tip), FORCE_N_PER_PSI * pressure_psi, 1.0, 1.0, 1.0, 0.55, np.inf, 1.0)


def _wanted_nugget(sheets_mm: np.ndarray, pressure_psi: float, angle_deg: float, margin: float) -> float:
    smallest = SMALLEST * np.sqrt(sheets_mm.min()) * 1e-3
    stack = nominal_stack(sheets_mm, pressure_psi)
    largest = expulsion_limit(stack.tip_m, stack.force_n, angle_deg)
    return float(max(smallest + margin * max(largest - smallest, 0.2e-3), 0.5e-3))


def _current_for(nugget_m: float, stack: Stack, time_ms: float) -> float:
    """Current (kA, in steps of 10 A) that gives a nugget in the time, by bisection."""
    low, high = 1.0, 10.0
    samples = round(time_ms * 1e-3 * COARSE_HZ)
    while high - low > 0.005:
        middle = (low + high) / 2
        grown = heat(np.full(samples, 1e3 * middle), stack, COARSE_HZ).nugget_m[-1]
        low, high = (middle, high) if grown < nugget_m else (low, middle)
    return round((low + high) / 2, 2)
