"""A sensor that sees nothing of the weld: white noise and 50 Hz hum, for tests of false attribution."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 1_000


class Lasting(Protocol):
    """States of a weld, of which only the length is known."""

    @property
    def duration_s(self) -> float: ...


@dataclass(frozen=True)
class Setup:
    """Level of the noise."""

    level: float


def setup(groups: Groups, noise: float) -> Setup:
    """Level 1 whatever the group."""
    return Setup(noise)


def record(
    states: Lasting, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Signal (1, time) float32; of the states only the duration is used."""
    times = clock.times(states.duration_s)
    hum = np.sin(2 * np.pi * (50 * times + rng.random()))
    signal = setup.level * (rng.standard_normal(len(times)) + 0.5 * hum)
    return hold(signal.astype(np.float32)[None], times, dropouts)


def modality() -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "noise",
        "waveform",
        timed=True,
        unit="1",
        rate=Fraction(RATE),
        channels=("noise",),
        column="noise",
        description="a sensor that sees nothing of the weld",
    )
