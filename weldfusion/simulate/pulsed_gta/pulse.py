"""The pulsed welding current as a function of time."""

from dataclasses import dataclass

import numpy as np

SLOPE_S = 3e-3
SHUTTER_LEAD_S = 5e-3


@dataclass(frozen=True)
class Pulse:
    """Current between a base and a peak (A); a period begins with the peak.

    Args:
        peak_a: current of the peak.
        base_a: current between the peaks.
        frequency_hz: pulses per second.
        duty: share of the period at the peak.
        phase: share of the period that has passed at weld time 0.

    >>> pulse = Pulse(200.0, 50.0, 2.0, 0.5, 0.0)
    >>> pulse.at(np.array([0.1, 0.3, 0.0015])).round(6).tolist()
    [200.0, 50.0, 125.0]
    >>> pulse.mean_a
    125.0
    """

    peak_a: float
    base_a: float
    frequency_hz: float
    duty: float
    phase: float

    @property
    def mean_a(self) -> float:
        """Mean current (A)."""
        return self.base_a + (self.peak_a - self.base_a) * self.duty

    def since_peak(self, times: np.ndarray) -> np.ndarray:
        """Seconds since the last peak began."""
        return ((times * self.frequency_hz + self.phase) % 1.0) / self.frequency_hz

    def at(self, times: np.ndarray) -> np.ndarray:
        """Current (A) at weld times (s); its steps are raised cosines of 3 ms."""
        since = self.since_peak(times)
        share = _step(since) - _step(since - self.duty / self.frequency_hz)
        return self.base_a + (self.peak_a - self.base_a) * share

    def exposed(self, ticks: np.ndarray) -> np.ndarray:
        """Instants (s) of a shutter that opens at base current only: a tick within a peak gives the picture
        of 5 ms before that peak.

        >>> Pulse(200.0, 50.0, 2.0, 0.5, 0.0).exposed(np.array([0.3, 0.51, 0.7])).tolist()
        [0.3, 0.495, 0.495]
        """
        since = self.since_peak(ticks)
        at_peak = since <= self.duty / self.frequency_hz + SLOPE_S
        start = np.round(ticks - since, 9)
        return np.where(at_peak, start - SHUTTER_LEAD_S, ticks)


def _step(since: np.ndarray) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(np.pi * np.clip(since / SLOPE_S, 0, 1))
