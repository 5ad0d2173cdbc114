"""What is set before a weld, and the plate and beam it really meets."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.groups import Groups
from weldfusion.simulate.keyhole import beam_radius, power_for_depth
from weldfusion.simulate.material import Material
from weldfusion.simulate.preset import LaserPreset

POWER_RANGE_W = (1.0e3, 9.0e3)


@dataclass(frozen=True)
class Design:
    """Set values of one weld: what the operator knows (W, m/s)."""

    power_w: float
    speed_m_s: float


@dataclass(frozen=True)
class Joint:
    """The weld's true beam, plate and material, group effects included; SI units."""

    material: Material
    plate_m: float
    waist_m: float
    rayleigh_m: float
    focus_m: float
    absorptivity_factor: float
    power_w: float
    speed_m_s: float


def draw_design(preset: LaserPreset, rng: np.random.Generator) -> Design:
    """Speed and nominal depth ratio are drawn; the power is solved from the nominal depth."""
    ratio = rng.uniform(*preset.depth_ratio)
    speed = rng.uniform(*preset.speed_m_s)
    radius = float(beam_radius(preset.waist_m, 0.0, preset.rayleigh_m))
    power = power_for_depth(ratio * preset.plate_m, speed, radius, preset.material)
    return Design(float(np.clip(power, *POWER_RANGE_W)), float(speed))


def draw_joint(preset: LaserPreset, design: Design, groups: Groups) -> Joint:
    """Focus 0.6/0.5 mm (machine/session), beam 3 %, absorptivity 5 % and plate 2 % (workpiece)."""
    focus = 0.6e-3 * groups.normal("machine", "focus") + 0.5e-3 * groups.normal("session", "focus")
    return Joint(
        material=preset.material,
        plate_m=preset.plate_m * groups.factor("plate", workpiece=0.02),
        waist_m=preset.waist_m * groups.factor("beam radius", machine=0.03),
        rayleigh_m=preset.rayleigh_m,
        focus_m=focus,
        absorptivity_factor=groups.factor("absorptivity", workpiece=0.05),
        power_w=design.power_w,
        speed_m_s=design.speed_m_s,
    )
