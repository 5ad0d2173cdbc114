"""What is set before a weld, and the plate and beam it really meets."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.groups import Groups
from weldfusion.simulate.laser.keyhole import beam_radius, power_for_depth
from weldfusion.simulate.laser.material import Material
from weldfusion.simulate.laser.preset import LaserPreset, Range


@dataclass(frozen=True)
class Design:
    """What is set and prepared for one weld.

    Power (W) and speed (m/s) are what the operator knows. `depth_ratio` is the nominal depth over the
    thickness that they were chosen for, `gap_m` the gap left between the sheets, `water` and `oil` the films
    on the sheet (0 … 1). None of these says how the weld comes out: labels never use them.
    """

    power_w: float
    speed_m_s: float
    depth_ratio: float
    gap_m: float = 0.0
    water: float = 0.0
    oil: float = 0.0

    @property
    def cause(self) -> str:
        """What was planned, in words.

        >>> Design(3e3, 0.1, 0.62, gap_m=0.2e-3).cause
        'nominal depth 0.62 of the thickness, gap 0.20 mm'
        """
        parts = [f"nominal depth {self.depth_ratio:.2f} of the thickness"]
        parts += [f"gap {1e3 * self.gap_m:.2f} mm"] * (self.gap_m > 0)
        parts += [f"water {self.water:.2f}"] * (self.water > 0) + [f"oil {self.oil:.2f}"] * (self.oil > 0)
        return ", ".join(parts)


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
    ranges, difficulty = preset.ranges, preset.difficulty
    depths = spread(ranges.depth_ratio, difficulty.param_spread)
    ratio = deepened(rng.uniform(*depths), depths, difficulty.imbalance)
    speed = rng.uniform(*spread(ranges.speed_m_s, difficulty.param_spread))
    radius = float(beam_radius(preset.beam.waist_m, 0.0, preset.beam.rayleigh_m))
    power = power_for_depth(ratio * preset.plate_m, speed, radius, preset.material)
    return Design(
        power_w=float(np.clip(power, *ranges.power_w)),
        speed_m_s=float(speed),
        depth_ratio=float(ratio),
        gap_m=float(rng.uniform(*ranges.gap_m)),
        water=float(rng.uniform(*ranges.water)),
        oil=float(rng.uniform(*ranges.oil)),
    )


def spread(limits: Range, factor: float) -> Range:
    """A range `factor` times as wide about the same middle.

    >>> spread((2.0, 4.0), 0.5), spread((0.06, 0.12), 1.0)
    ((2.5, 3.5), (0.06, 0.12))
    """
    low, high = limits
    cut = (1 - factor) * (high - low) / 2
    return low + cut, high - cut


def deepened(value: float, limits: Range, imbalance: float) -> float:
    """A value drawn evenly within `limits`, moved up so that small ones are rare (see `Difficulty`).

    >>> deepened(3.0, (2.0, 4.0), 0.0), deepened(3.0, (2.0, 4.0), 1.0)
    (3.0, 3.5)
    """
    low, high = limits
    missing = (high - value) / (high - low) if high > low else 0.0
    return value + (high - low) * (missing - missing ** (1 + imbalance))


def draw_joint(preset: LaserPreset, design: Design, groups: Groups) -> Joint:
    """Focus 0.6/0.5 mm (machine/session), beam 3 %, absorptivity 5 % and plate 2 % (workpiece)."""
    focus = 0.6e-3 * groups.normal("machine", "focus") + 0.5e-3 * groups.normal("session", "focus")
    return Joint(
        material=preset.material,
        plate_m=preset.plate_m * groups.factor("plate", workpiece=0.02),
        waist_m=preset.beam.waist_m * groups.factor("beam radius", machine=0.03),
        rayleigh_m=preset.beam.rayleigh_m,
        focus_m=focus,
        absorptivity_factor=groups.factor("absorptivity", workpiece=0.05),
        power_w=design.power_w,
        speed_m_s=design.speed_m_s,
    )
