"""The arc's cycle: when periods begin, and current, voltage and power at any instant."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.cmt.pool import NOMINAL_ARC_M, WIRE_M_S
from weldfusion.simulate.cmt.preset import ArcCycle
from weldfusion.simulate.curve import Curve

VOLT_PER_M = 0.9e3
LOWEST_ARC_V = 10.0


@dataclass(frozen=True)
class Arc:
    """Arc and short circuits of one weld.

    Args:
        cycle: what one period looks like.
        starts_s: when each period begins; the last entry is the end of the last period.
        wire_m_s, length_m: wire speed and arc length, slow curves.
    """

    cycle: ArcCycle
    starts_s: np.ndarray
    wire_m_s: Curve
    length_m: Curve

    def phase(self, times: np.ndarray) -> np.ndarray:
        """Share of its period that has passed at `times` (s); NaN before and after the weld."""
        number = np.searchsorted(self.starts_s, times, side="right") - 1
        inside = (number >= 0) & (number < len(self.starts_s) - 1) & (times <= self.wire_m_s.times[-1])
        number = np.clip(number, 0, len(self.starts_s) - 2)
        begin, end = self.starts_s[number], self.starts_s[number + 1]
        return np.where(inside, (times - begin) / (end - begin), np.nan)

    def current(self, times: np.ndarray) -> np.ndarray:
        """Current (A) at `times`; more wire needs more, as its 0.6th power. 0 outside the weld."""
        shape = np.interp(self.phase(times), self.cycle.knots, self.cycle.current_a)
        wire = np.interp(times, self.wire_m_s.times, self.wire_m_s.values)
        return np.nan_to_num(shape * (wire / WIRE_M_S) ** 0.6)

    def voltage(self, times: np.ndarray) -> np.ndarray:
        """Voltage (V) at `times`; a burning arc has 0.9 V more for each mm. 0 outside the weld."""
        shape = np.interp(self.phase(times), self.cycle.knots, self.cycle.voltage_v)
        length = np.interp(times, self.length_m.times, self.length_m.values)
        longer = VOLT_PER_M * (length - NOMINAL_ARC_M)
        return np.nan_to_num(shape + longer * (shape > LOWEST_ARC_V))

    def ignitions(self) -> np.ndarray:
        """When (s) the arc ignites again after each short circuit."""
        return self.starts_s[:-1] + self.cycle.wait[1] * np.diff(self.starts_s)

    def waits(self) -> np.ndarray:
        """When (s) the wait phase of each period begins and ends, (n, 2)."""
        return self.starts_s[:-1, None] + np.diff(self.starts_s)[:, None] * np.array(self.cycle.wait)


def draw_arc(cycle: ArcCycle, rate_hz: Curve, wire: Curve, length: Curve, rng: np.random.Generator) -> Arc:
    """Periods one after the other: of the mean 1/rate, gamma-distributed with the cycle's jitter."""
    duration = len(rate_hz) / rate_hz.rate
    shape = cycle.jitter**-2
    most = int(2 * duration * cycle.limits_hz[1]) + 16
    factors = rng.gamma(shape, 1 / shape, most)
    starts, now = [0.0], 0.0
    for factor in factors:
        rate = float(rate_hz.values[min(int(now * rate_hz.rate), len(rate_hz) - 1)])
        now += max(factor / rate, cycle.shortest_s)
        starts.append(now)
        if now >= duration:
            break
    return Arc(cycle, np.array(starts), wire, length)
