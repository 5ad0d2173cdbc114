"""Current and voltage of the arc, each on a device of its own; 12 bit."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.cmt.arc import Arc
from weldfusion.simulate.cmt.states import States
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 10_000
STEPS = 2**11


@dataclass(frozen=True)
class Setup:
    """Gain, offset (shares of full scale) and standard deviation of the noise (share of full scale)."""

    gain: float
    offset: float
    noise: float


@dataclass(frozen=True)
class Meter:
    """A device that measures one quantity of the arc; `measured` gives it at instants (s)."""

    name: str
    unit: str
    full_scale: float
    measured: Callable[[Arc, np.ndarray], np.ndarray]

    def setup(self, groups: Groups, noise: float) -> Setup:
        """Gain 2 % and offset 0.2 % of full scale by session."""
        return Setup(
            gain=groups.factor(f"{self.name} gain", session=0.02),
            offset=2e-3 * groups.normal("session", f"{self.name} offset"),
            noise=5e-3 * noise,
        )

    def record(
        self, states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Signal (1, time) float32 in the device's unit, rounded to 12 bit, clipped at full scale."""
        times = clock.times(states.duration_s)
        share = setup.gain * self.measured(states.arc, times) / self.full_scale + setup.offset
        share = share + setup.noise * rng.standard_normal(len(times))
        share = np.clip(np.rint(share * STEPS) / STEPS, -1, 1)
        return hold((self.full_scale * share).astype(np.float32)[None], times, dropouts)

    def modality(self) -> Modality:
        """How the card describes the sensor."""
        return Modality(
            self.name,
            "waveform",
            timed=True,
            unit=self.unit,
            rate=Fraction(RATE),
            channels=(self.name,),
            column=self.name,
            description=f"{self.name} of the arc; 1.0 is {self.full_scale:g} {self.unit}",
        )


CURRENT = Meter("current", "A", 500.0, Arc.current)
VOLTAGE = Meter("voltage", "V", 50.0, Arc.voltage)
