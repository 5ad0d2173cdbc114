"""What is set before a weld, and the joint and torch that it really meets."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.cmt.pool import NOMINAL_ARC_M, wire_for_depth
from weldfusion.simulate.cmt.preset import ArcPreset, Range
from weldfusion.simulate.groups import Groups


@dataclass(frozen=True)
class Design:
    """What is set: wire speed and travel speed (m/s), root gap (m); `depth_m` is the nominal depth they were
    chosen for. None of these says how the weld comes out: labels never use them."""

    wire_m_s: float
    speed_m_s: float
    gap_m: float
    depth_m: float

    @property
    def cause(self) -> str:
        """What was planned, in words.

        >>> Design(0.1, 0.005, 0.4e-3, 3.1e-3).cause
        'nominal depth 3.1 mm, gap 0.40 mm'
        """
        return f"nominal depth {1e3 * self.depth_m:.1f} mm, gap {1e3 * self.gap_m:.2f} mm"


@dataclass(frozen=True)
class Joint:
    """Joint and torch with the effects of their groups; SI units, `wire`, `melting` and `width` are factors,
    `cycle_hz` is added to the rate of the arc's cycles."""

    root_m: float
    gap_m: float
    arc_m: float
    wire: float
    melting: float
    width: float
    cycle_hz: float


def draw_design(preset: ArcPreset, spread: float, rng: np.random.Generator) -> Design:
    """Travel speed, gap and nominal depth are drawn; the wire's speed is solved from the depth."""
    depth = rng.uniform(*spread_out(preset.depth_m, spread))
    speed = rng.uniform(*spread_out(preset.speed_m_s, spread))
    gap = rng.uniform(*spread_out(preset.gap_m, min(spread, 2.0)))
    wire = float(np.clip(wire_for_depth(depth, speed, gap), *preset.wire_m_s))
    return Design(wire, float(speed), float(gap), float(depth))


def spread_out(limits: Range, factor: float) -> Range:
    """A range `factor` times as wide about the same middle.

    >>> spread_out((2.0, 4.0), 0.5)
    (2.5, 3.5)
    """
    low, high = limits
    cut = (1 - factor) * (high - low) / 2
    return low + cut, high - cut


def draw_joint(preset: ArcPreset, design: Design, groups: Groups) -> Joint:
    """Root face 2 %, gap 0.1 mm and melting 4 % by workpiece; torch (arc length 0.4 mm, wire 2 %) by machine,
    melting 4 % by session; the pool's width 5 % by session and workpiece each."""
    arc = 0.4e-3 * groups.normal("machine", "arc length") + 0.3e-3 * groups.normal("session", "arc length")
    return Joint(
        root_m=preset.root_m * groups.factor("root face", workpiece=0.02),
        gap_m=design.gap_m + 0.1e-3 * groups.normal("workpiece", "root gap"),
        arc_m=NOMINAL_ARC_M + arc,
        wire=groups.factor("wire speed", machine=0.02),
        melting=groups.factor("melting", session=0.04, workpiece=0.04),
        width=groups.factor("pool width", session=0.05, workpiece=0.05),
        cycle_hz=1.5 * groups.normal("session", "cycle rate"),
    )
