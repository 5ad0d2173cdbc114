"""What a spot weld really meets: force, tips, films and steel, with the effects of its groups."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.groups import Groups
from weldfusion.simulate.resistance_spot.design import FORCE_N_PER_PSI, Design, nominal_stack
from weldfusion.simulate.resistance_spot.heating import Stack, expulsion_limit

SURFACE_SHARE = 0.55
STEP_FAYING, STEP_SURFACE = 0.85, 0.96
READING_N = 133.5 / 2000
LARGEST_READING_N = 133.5


@dataclass(frozen=True)
class Joint:
    """Sheets and electrodes of one weld as they are; SI units.

    Args:
        stack: see there.
        sheets_m: thickness of both.
        angle_deg: between the electrodes.
        lean: how one-sided the nugget is (0 … 1, offset over radius).
        current: factor of the machine on the set current.
        expels_at_surface: an expulsion leaves at the electrode's face, not between the sheets.
        strength: factor on the pull force.
        tint: factor on the oxide that heat leaves.
        force_reading_n: of the rig's gauge, at rest, before the weld.
    """

    stack: Stack
    sheets_m: tuple[float, float]
    angle_deg: float
    lean: float
    current: float
    expels_at_surface: bool
    strength: float
    tint: float
    force_reading_n: float


def draw_joint(design: Design, groups: Groups, hidden: float, rng: np.random.Generator) -> Joint:
    """Tips wear during a session; `hidden` scales what differs from weld to weld."""

    def varied(sd: float) -> float:
        return float(np.exp(hidden * sd * rng.standard_normal()))

    sheets = np.array([design.thickness_a_mm, design.thickness_b_mm])
    nominal = nominal_stack(sheets, design.pressure_psi)
    wear = 0.06 * abs(groups.uniform("session", "tip wear")) * groups.place.progress
    tip = nominal.tip_m * groups.factor("tip", machine=0.015) * (1 + wear)
    force = FORCE_N_PER_PSI * design.pressure_psi * groups.factor("cylinder", machine=0.04) * varied(0.06)
    limit = expulsion_limit(tip, force, design.angle_deg)
    limit *= groups.factor("expulsion", workpiece=0.03) * varied(0.03)
    at_surface = bool(rng.random() < SURFACE_SHARE)
    stack = Stack(
        nominal.height_m,
        tip,
        force,
        groups.factor("film", workpiece=0.20) * varied(0.25),
        groups.factor("resistivity", workpiece=0.02) * varied(0.01),
        groups.factor("cooling", session=0.04) * varied(0.03),
        0.55 * groups.factor("spreading", session=0.06, workpiece=0.08) * varied(0.08),
        limit,
        STEP_SURFACE if at_surface else STEP_FAYING,
    )
    return Joint(
        stack,
        (sheets[0] * 1e-3, sheets[1] * 1e-3),
        design.angle_deg,
        _lean(design.angle_deg, force, groups.factor("lean", session=0.12) * varied(0.22), rng),
        groups.factor("current", machine=0.015, session=0.012) * varied(0.006),
        at_surface,
        varied(0.06),
        groups.factor("tint", workpiece=0.06) * varied(0.05),
        min(READING_N * force * varied(0.05), LARGEST_READING_N),
    )


def _lean(angle_deg: float, force_n: float, factor: float, rng: np.random.Generator) -> float:
    """Inclined electrodes with little force touch on one side; some lean is always there."""
    inclined = 0.25 * angle_deg / 15 * (1000 / force_n) * factor
    return min(float(np.hypot(inclined, 0.04 * rng.standard_normal())), 0.8)
