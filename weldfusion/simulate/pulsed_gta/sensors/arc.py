"""Arc voltage and welding current, as an acquisition device in the welding circuit records them."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.pulsed_gta.states import States
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 5_000
CHANNELS = ("voltage", "current")
RIPPLE_HZ, RIPPLE_A = 300.0, 0.8
NOISE_V, NOISE_A = 0.06, 0.5


@dataclass(frozen=True)
class Setup:
    """Voltage lost in the cables (V), gain of the current probe, factor on the noise."""

    loss_v: float
    current_gain: float
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Loss 0.3 V by machine and 0.2 V by session (worn electrode), gain 1 % by machine."""
    loss = 0.3 * groups.normal("machine", "voltage loss") + 0.2 * groups.normal("session", "voltage loss")
    return Setup(loss, groups.factor("current probe", machine=0.01), noise)


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Voltage (V) and current (A), (2, time) float32."""
    times = clock.times(states.duration_s)
    current = states.pulse.at(times)
    voltage = states.voltage(times, current) + setup.loss_v
    ripple = RIPPLE_A * np.sin(2 * np.pi * (RIPPLE_HZ * times + rng.random()))
    noise = setup.noise * rng.standard_normal((2, len(times)))
    signal = np.stack(
        [voltage + NOISE_V * noise[0], setup.current_gain * (current + ripple) + NOISE_A * noise[1]]
    )
    return hold(signal.astype(np.float32), times, dropouts)


def modality() -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "arc",
        "waveform",
        timed=True,
        rate=Fraction(RATE),
        channels=CHANNELS,
        column="arc",
        description="arc voltage (V) and welding current (A)",
    )
