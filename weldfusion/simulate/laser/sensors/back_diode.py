"""A photodiode below the plate: laser light that leaves by the open root. No preset records it by itself.

The light is o P (1 − η) over 4 kW with the speckle of the coaxial back-reflection; the level is our choice.
"""

from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.laser.sensors import photodiode
from weldfusion.simulate.laser.sensors.photodiode import Setup
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.random_signals import ornstein_uhlenbeck
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = photodiode.RATE
NOMINAL_W = 4e3


def setup(groups: Groups, noise: float) -> Setup:
    """Gain 20 % by machine, 20 % by session."""
    return Setup((groups.factor("back diode gain", machine=0.20, session=0.20),), noise)


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Signal (1, time) float32 in nominal levels plus a dark level of 0.05, clipped at 4, 12 bit."""
    heat, root = states.heat, states.keyhole.open_root
    passed = Curve(heat.power_w.values / NOMINAL_W * (1 - heat.absorptivity.values), heat.power_w.rate)
    speckle = np.exp(0.25 * ornstein_uhlenbeck(rng, len(root), root.rate, 0.2e-3))
    light = root.values * passed.resampled(root.rate, len(root)) * speckle
    times = clock.times(states.duration_s)
    return hold(photodiode.detected(light[None], root.rate, times, setup, rng), times, dropouts)


def modality() -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "back_diode",
        "waveform",
        timed=True,
        unit="1",
        rate=Fraction(RATE),
        channels=("transmitted",),
        column="back_diode",
        description="photodiode below the plate: laser light that leaves by the open root; 1.0 is full scale "
        "(4 times the nominal level)",
    )
