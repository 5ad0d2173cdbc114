"""Slow disturbances of a weld: power, focus, gap, absorptivity and heat accumulation, at 500 Hz."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.laser.design import Design, Joint
from weldfusion.simulate.random_signals import ornstein_uhlenbeck

RATE = 500.0
GAP_CORRELATION_M = 15e-3
FULL_GAP_LOSS_M = 0.3e-3


@dataclass(frozen=True)
class Inputs:
    """Arrays over time at 500 Hz: power (W), focus offset (m), gap (m), factor on η, preheat (K)."""

    power_w: np.ndarray
    focus_m: np.ndarray
    gap_m: np.ndarray
    absorptivity_factor: np.ndarray
    preheat_k: np.ndarray

    @property
    def gap_factor(self) -> np.ndarray:
        """Share of the absorptivity that a gap leaves: 1 − 0.25 min(gap / 0.3 mm, 1)."""
        return 1 - 0.25 * np.minimum(self.gap_m / FULL_GAP_LOSS_M, 1)


def draw_inputs(
    joint: Joint, design: Design, duration_s: float, hidden_scale: float, rng: np.random.Generator
) -> Inputs:
    """Ornstein–Uhlenbeck disturbances, thermal focal shift and heat accumulation of one weld."""
    samples = round(duration_s * RATE)
    t = np.arange(samples) / RATE

    def wander(deviation: float, time_constant: float) -> np.ndarray:
        return hidden_scale * deviation * ornstein_uhlenbeck(rng, samples, RATE, time_constant)

    power = joint.power_w * (1 + wander(0.008, 0.3))
    shift = 0.5e-3 * (joint.power_w / 5e3) * (1 - np.exp(-t / 0.8))
    return Inputs(
        power_w=power,
        focus_m=joint.focus_m + shift + wander(0.15e-3, 0.25),
        gap_m=np.abs(design.gap_m + wander(40e-6, GAP_CORRELATION_M / joint.speed_m_s)),
        absorptivity_factor=joint.absorptivity_factor * (1 + wander(0.02, 0.2)),
        preheat_k=25 * np.sqrt(t / duration_s),
    )
