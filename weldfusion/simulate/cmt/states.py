"""The record of states that sensors and labels are computed from, and how it is computed."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from weldfusion.simulate.cmt.arc import Arc, draw_arc
from weldfusion.simulate.cmt.design import Joint
from weldfusion.simulate.cmt.inputs import RATE, Inputs
from weldfusion.simulate.cmt.pool import cycle_rate, free_depth, pool_width
from weldfusion.simulate.cmt.preset import ArcPreset, ArcSound
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.random_signals import ornstein_uhlenbeck

POOL_LAG_S, SAG_LAG_S = 0.15, 0.03
OPENING_M = 0.06e-3
LENGTH_OF_WIDTH = 1.4


@dataclass(frozen=True)
class States:
    """Everything that happened in one weld; nothing of what was intended or of how it is called.

    Curves at 200 Hz, SI units: `gap_m` of the root; `depth_m` of the weld down to its lowest point, back
    reinforcement included; `sag_m`, the back reinforcement; `open_root` 0 … 1; the pool's `width_m` and
    `length_m`; `cycle_hz`, mean rate of the arc's cycles. `sound` is what
    the arc's sound is mixed of.
    """

    duration_s: float
    speed_m_s: float
    root_m: float
    gap_m: Curve
    depth_m: Curve
    sag_m: Curve
    open_root: Curve
    width_m: Curve
    length_m: Curve
    cycle_hz: Curve
    arc: Arc
    sound: ArcSound


def simulate_states(
    joint: Joint, inputs: Inputs, speed_m_s: float, preset: ArcPreset, rng: np.random.Generator
) -> States:
    """Depth follows its closed form with 0.15 s of lag and 2 % of fluctuation; what passes the root sags."""
    samples = len(inputs.wire_m_s)
    free = free_depth(inputs.wire_m_s, speed_m_s, inputs.gap_m, inputs.arc_m) * inputs.melting
    free = lagged(free, POOL_LAG_S) * (1 + 0.02 * ornstein_uhlenbeck(rng, samples, RATE, 0.1))
    sag = lagged(np.maximum(free - joint.root_m, 0), SAG_LAG_S)
    opened = 1 / (1 + np.exp(-(free - joint.root_m) / OPENING_M))
    width = pool_width(inputs.wire_m_s, speed_m_s, inputs.gap_m, sag, inputs.arc_m) * joint.width
    width = (
        lagged(width, POOL_LAG_S) * inputs.wetting * (1 + 0.02 * ornstein_uhlenbeck(rng, samples, RATE, 0.05))
    )
    hertz = cycle_rate(inputs.wire_m_s, inputs.arc_m, sag) + joint.cycle_hz
    rate = Curve(np.clip(hertz, *preset.cycle.limits_hz), RATE)
    arc = draw_arc(preset.cycle, rate, Curve(inputs.wire_m_s, RATE), Curve(inputs.arc_m, RATE), rng)
    return States(
        duration_s=samples / RATE,
        speed_m_s=speed_m_s,
        root_m=joint.root_m,
        gap_m=Curve(inputs.gap_m, RATE),
        depth_m=Curve(np.minimum(free, joint.root_m) + sag, RATE),
        sag_m=Curve(sag, RATE),
        open_root=Curve(opened, RATE),
        width_m=Curve(width, RATE),
        length_m=Curve(LENGTH_OF_WIDTH * width * (speed_m_s / 5e-3) ** 0.3, RATE),
        cycle_hz=rate,
        arc=arc,
        sound=preset.sound,
    )


def lagged(values: np.ndarray, time_constant: float) -> np.ndarray:
    """One-pole lag, steady at the start.

    >>> bool(np.allclose(lagged(np.full(5, 2.0), 0.1), 2.0))
    True
    """
    keep = np.exp(-1 / (RATE * time_constant))
    followed, _ = lfilter([1 - keep], [1, -keep], values, zi=[keep * values[0]])
    return followed
