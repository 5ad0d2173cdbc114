"""Slow disturbances of a weld: wire, root gap, arc length, melting and preheat, at 200 Hz."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.cmt.design import Design, Joint
from weldfusion.simulate.random_signals import ornstein_uhlenbeck

RATE = 200.0
GAP_CORRELATION_M = 10e-3
GAP_SD_M, DISTORTION_SD_M = 0.22e-3, 0.12e-3


@dataclass(frozen=True)
class Inputs:
    """Arrays over time at 200 Hz: wire speed (m/s), root gap (m), arc length (m), factors on what
    is melted and on the pool's width."""

    wire_m_s: np.ndarray
    gap_m: np.ndarray
    arc_m: np.ndarray
    melting: np.ndarray
    wetting: np.ndarray


def draw_inputs(
    joint: Joint, design: Design, duration_s: float, hidden_scale: float, rng: np.random.Generator
) -> Inputs:
    """Disturbances of one weld: the gap wanders by 0.22 mm over 10 mm of seam and closes or opens by
    distortion; arc length 0.3 mm, wire 1 %, melting 6 %, width 5 %; preheat adds up to 3 %."""
    samples = round(duration_s * RATE)
    share = np.arange(samples) / samples

    def wander(deviation: float, time_constant: float) -> np.ndarray:
        return hidden_scale * deviation * ornstein_uhlenbeck(rng, samples, RATE, time_constant)

    gap = joint.gap_m + wander(GAP_SD_M, GAP_CORRELATION_M / design.speed_m_s)
    gap += hidden_scale * DISTORTION_SD_M * float(rng.standard_normal()) * (2 * share - 1)
    return Inputs(
        wire_m_s=design.wire_m_s * joint.wire * (1 + wander(0.01, 0.5)),
        gap_m=np.maximum(gap, 0.0),
        arc_m=np.maximum(joint.arc_m + wander(0.3e-3, 0.4), 1e-3),
        melting=joint.melting * (1 + wander(0.06, 1.0)) * (1 + 0.03 * np.sqrt(share)),
        wetting=1 + wander(0.05, 1.0),
    )
