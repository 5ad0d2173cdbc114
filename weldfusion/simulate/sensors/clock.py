"""The clock of an acquisition device: its own start and its own rate."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from weldfusion.simulate.groups import Groups

PRETRIGGER_S = 0.010
START_SD_S, JITTER_SD_S, RATE_PPM = 2e-3, 0.2e-3, 50.0


@dataclass(frozen=True)
class Clock:
    """Sample `i` was taken at `offset_s + i / (rate * (1 + ppm * 1e-6))` seconds of weld time.

    >>> Clock(1000.0, offset_s=-0.01).times(0.5).size
    520
    """

    rate: float
    offset_s: float = 0.0
    ppm: float = 0.0

    def times(self, duration_s: float) -> np.ndarray:
        """Weld time (s) of every sample of a record that starts about 10 ms early and ends 10 ms late."""
        samples = np.arange(round((duration_s + 2 * PRETRIGGER_S) * self.rate))
        return self.offset_s + samples / (self.rate * (1 + self.ppm * 1e-6))

    def jittered(self, rng: np.random.Generator) -> Self:
        """The true clock of one weld: the calibrated one plus 0.2 ms of trigger jitter."""
        return replace(self, offset_s=self.offset_s + JITTER_SD_S * float(rng.standard_normal()))


def calibrated_clock(sensor: str, rate: float, groups: Groups) -> Clock:
    """The clock as a plant's calibration gives it for a session: start sd 2 ms, rate ±50 ppm."""
    start = START_SD_S * groups.normal("session", f"clock start {sensor}")
    ppm = RATE_PPM * groups.uniform("session", f"clock rate {sensor}")
    return Clock(rate, start - PRETRIGGER_S, ppm)
