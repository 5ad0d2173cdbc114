"""A state over time on the weld's own clock, and its value at the instants a sensor asks for."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Curve:
    """Values at `k / rate` seconds of weld time, k = 0 … len − 1 (the weld lasts len / rate seconds).

    >>> ramp = Curve(np.arange(100.0), 1000.0)
    >>> ramp.at(np.array([0.0105, 0.02])).round(6).tolist()
    [10.5, 20.0]
    >>> ramp.at(np.array([-0.001, 0.2])).tolist()
    [0.0, 0.0]
    """

    values: np.ndarray
    rate: float

    def __len__(self) -> int:
        return len(self.values)

    @property
    def times(self) -> np.ndarray:
        """Seconds of weld time of every value."""
        return np.arange(len(self.values)) / self.rate

    def at(self, times: np.ndarray, outside: float = 0.0) -> np.ndarray:
        """Values at `times` (s, any order) by cubic (four-point Lagrange) interpolation.

        Before the weld starts and after it ends the laser is off: the value is `outside`.
        """
        place = np.asarray(times) * self.rate
        last = len(self.values) - 1
        left = np.clip(np.floor(place).astype(np.int64), 1, last - 2)
        s = place - left
        v = self.values
        inner = v[left] * (s * s - 1) * (s - 2) / 2 - v[left + 1] * s * (s + 1) * (s - 2) / 2
        outer = v[left + 2] * s * (s * s - 1) / 6 - v[left - 1] * s * (s - 1) * (s - 2) / 6
        return np.where((place >= 0) & (place <= last), inner + outer, outside)

    def resampled(self, rate: float, samples: int) -> np.ndarray:
        """`samples` values at another rate by linear interpolation (for slow curves; ends are held)."""
        return np.interp(np.arange(samples) / rate, self.times, self.values)
