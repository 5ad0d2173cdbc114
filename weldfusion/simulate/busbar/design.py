"""What is set for a pair of seams, what goes wrong with it unseen, and the joint that each seam meets."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.busbar.preset import BusbarPreset
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.laser.design import Design as LaserDesign
from weldfusion.simulate.laser.design import Joint

CAUSES = {
    "none": 5,
    "low power": 4,
    "low gap": 3,
    "wide gap": 2,
    "defocus": 4,
    "water": 3,
    "oil": 3,
}
"""How many of 24 successive pairs have each cause."""
DECK = tuple(name for name, count in CAUSES.items() for _ in range(count))
SET_SPREAD = 0.04
SET_FOCUS_M = 0.3e-3
SOUND_GAP, LOW_GAP, WIDE_GAP = (0.28, 0.32), (0.05, 0.225), (0.355, 0.44)
POWER_LEFT = (0.58, 0.83)
FILM = (0.45, 1.0)
SEAM_GAP = 0.008


@dataclass(frozen=True)
class Design:
    """What is set and prepared for both seams of a pair; SI units.

    `power_w`, `speed_m_s`, `focus_m` are what the operator sets. The rest nobody sees: `power_left`, the
    share of the power that comes through the optics, `focus_fault_m`, by which the part lies off, the gap
    over the thickness of a sheet, the films of water and oil (0 … 1), and the `cause` in words. None of them
    says how a seam comes out: labels never use them.
    """

    power_w: float
    speed_m_s: float
    focus_m: float
    power_left: float
    focus_fault_m: float
    gap_ratio: float
    water: float
    oil: float
    cause: str


def shuffled_causes(rng: np.random.Generator) -> list[str]:
    """The causes of 24 successive pairs.

    >>> sorted(shuffled_causes(np.random.default_rng(0))) == sorted(DECK)
    True
    """
    return [DECK[place] for place in rng.permutation(len(DECK))]


def draw_design(preset: BusbarPreset, cause: str, rng: np.random.Generator) -> Design:
    """What is set and how far the cause goes; every cause draws the same numbers."""
    power, speed, focus = rng.uniform(-1, 1, 3)
    left, film = rng.uniform(*POWER_LEFT), rng.uniform(*FILM)
    gaps = {"low gap": LOW_GAP, "wide gap": WIDE_GAP}
    gap = rng.uniform(*gaps.get(cause, SOUND_GAP))
    off = rng.choice(preset.focus_faults_m, p=[0.85, 0.15]) * rng.choice([-1, 1])
    return Design(
        power_w=preset.power_w * (1 + SET_SPREAD * power),
        speed_m_s=preset.speed_m_s * (1 + SET_SPREAD * speed),
        focus_m=SET_FOCUS_M * focus,
        power_left=left if cause == "low power" else 1.0,
        focus_fault_m=float(off) if cause == "defocus" else 0.0,
        gap_ratio=gap,
        water=film if cause == "water" else 0.0,
        oil=film if cause == "oil" else 0.0,
        cause=cause,
    )


def seam_design(design: Design, preset: BusbarPreset, rng: np.random.Generator) -> LaserDesign:
    """What one seam of the pair meets; its gap differs from the other's by 0.8 % of a sheet or so."""
    ratio = max(design.gap_ratio + SEAM_GAP * float(rng.standard_normal()), 0.0)
    return LaserDesign(
        power_w=design.power_w * design.power_left,
        speed_m_s=design.speed_m_s,
        depth_ratio=float("nan"),
        gap_m=ratio * preset.sheet_m,
        water=design.water,
        oil=design.oil,
    )


def draw_joint(preset: BusbarPreset, design: Design, groups: Groups) -> Joint:
    """Focus 0.35/0.25 mm and power 1.5 % (machine/session), beam 3 % (machine), absorptivity 5 % and sheets
    2 % (workpiece)."""
    focus = 0.35e-3 * groups.normal("machine", "focus") + 0.25e-3 * groups.normal("session", "focus")
    return Joint(
        material=preset.material,
        plate_m=2 * preset.sheet_m * groups.factor("plate", workpiece=0.02),
        waist_m=preset.beam.waist_m * groups.factor("beam radius", machine=0.03),
        rayleigh_m=preset.beam.rayleigh_m,
        focus_m=design.focus_m + design.focus_fault_m + focus,
        absorptivity_factor=groups.factor("absorptivity", workpiece=0.05),
        power_w=design.power_w * design.power_left * groups.factor("power", machine=0.015, session=0.015),
        speed_m_s=design.speed_m_s,
    )
