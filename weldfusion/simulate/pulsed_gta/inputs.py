"""What disturbs a weld along the seam and no parameter shows."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.pulsed_gta.design import Joint
from weldfusion.simulate.random_signals import ornstein_uhlenbeck

RATE = 200
RUN_IN_S = 3.0
WARMING = 0.08


@dataclass(frozen=True)
class Inputs:
    """Values at 200 Hz from 3 s before the weld (run-in of the pool) to its end: arc length (m), efficiency,
    Marangoni factor."""

    arc_m: np.ndarray
    efficiency: np.ndarray
    marangoni: np.ndarray

    @property
    def times(self) -> np.ndarray:
        """Seconds of weld time."""
        return np.arange(len(self.arc_m)) / RATE - RUN_IN_S


def draw_inputs(joint: Joint, duration_s: float, hidden_scale: float, rng: np.random.Generator) -> Inputs:
    """Ornstein–Uhlenbeck disturbances: arc 0.08 mm (0.5 s), efficiency 10 % (2 s), sulphur 1 % (2 s); the
    plate that warms up gives 8 % more heat to the end of the weld than to its start."""
    samples = round((duration_s + RUN_IN_S) * RATE)

    def wander(deviation: float, time_constant: float) -> np.ndarray:
        return hidden_scale * deviation * ornstein_uhlenbeck(rng, samples, RATE, time_constant)

    passed = np.clip(np.arange(samples) / RATE - RUN_IN_S, 0, None) / duration_s
    warming = 1 + hidden_scale * WARMING * (passed - 0.5)
    return Inputs(
        arc_m=np.maximum(joint.arc_m + wander(0.08e-3, 0.5), 0.3e-3),
        efficiency=joint.efficiency * warming * np.exp(wander(0.10, 2.0)),
        marangoni=joint.marangoni * np.exp(wander(0.01, 2.0)),
    )
