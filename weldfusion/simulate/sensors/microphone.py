"""What the microphones of all simulated processes share: distance, the noise of the shop, the recorder."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
from scipy.signal import sosfilt

from weldfusion.data.card import Modality
from weldfusion.simulate.random_signals import band_noise, pink_noise
from weldfusion.simulate.sensors.dropout import hold

SOUND_SPEED = 343.0


class Placed(Protocol):
    """A microphone as it stands: gain, distance from the weld (m), level of the shop's noise, factor on the
    noise that is not the weld's."""

    @property
    def gain(self) -> float: ...

    @property
    def distance_m(self) -> float: ...

    @property
    def shop(self) -> float: ...

    @property
    def noise(self) -> float: ...


@dataclass(frozen=True)
class Microphone:
    """A kind of microphone; levels are relative to a nominal weld.

    Args:
        rate: Hz.
        distance_m: nominal distance from the weld.
        full_scale: where the recorder clips.
        bandwidth: second-order sections of the recorder's filter.
        pink, band, hum: parts of the shop's noise: 1/f noise, noise from 300 to 3000 Hz, hum at 100 Hz.
        own: noise of the recorder.
    """

    rate: int
    distance_m: float
    full_scale: float
    bandwidth: np.ndarray
    pink: float
    band: float
    hum: float
    own: float

    def record(
        self,
        pressure: np.ndarray,
        times: np.ndarray,
        placed: Placed,
        dropouts: np.ndarray,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Signal (1, time) float32 of the weld's sound pressure (time,) at the nominal distance."""
        signal = pressure * (self.distance_m / placed.distance_m)
        signal += placed.noise * placed.shop * self._shop(times, rng)
        signal += self.own * placed.noise * rng.standard_normal(len(times))
        signal = np.clip(placed.gain * sosfilt(self.bandwidth, signal), -self.full_scale, self.full_scale)
        return hold(signal.astype(np.float32)[None], times, dropouts)

    def _shop(self, times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        noise = self.pink * pink_noise(rng, len(times))
        if self.band:
            noise += self.band * band_noise(rng, len(times), self.rate, 300, 3_000)
        return noise + self.hum * np.sin(2 * np.pi * (100 * times + rng.random()))

    def modality(self, description: str) -> Modality:
        """How the card describes the sensor."""
        return Modality(
            "microphone",
            "waveform",
            timed=True,
            unit="1",
            rate=Fraction(self.rate),
            channels=("sound",),
            column="microphone",
            description=description,
        )
