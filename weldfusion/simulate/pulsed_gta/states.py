"""The record of states that sensors and labels are computed from."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.pulsed_gta.pool import arc_voltage
from weldfusion.simulate.pulsed_gta.pulse import Pulse


@dataclass(frozen=True)
class PoolStates:
    """The pool over time at 200 Hz, SI units: heat in it (W), width, length, free depth, width on the back
    side, sag, how far it is through the plate and how far heat flows as in a thin one (0 … 1), arc length."""

    heat_w: Curve
    width_m: Curve
    length_m: Curve
    free_depth_m: Curve
    back_width_m: Curve
    sag_m: Curve
    opened: Curve
    thin: Curve
    arc_m: Curve


@dataclass(frozen=True)
class BeadStates:
    """The solidified weld under the torch at 200 Hz (m): top width, width on the back side, depth, and the
    depth it would have in a thick plate."""

    top_width_m: Curve
    back_width_m: Curve
    depth_m: Curve
    free_depth_m: Curve


@dataclass(frozen=True)
class States:
    """Everything that happened in one weld; nothing of what was intended or of how it is called.

    `surface_m` is the height of the oscillating pool surface at 4410 Hz, `modes_hz` (3, time) the frequencies
    of its bulk, sloshing and membrane modes and `warmth_k` by how much the plate has warmed up, at 200 Hz.
    """

    duration_s: float
    speed_m_s: float
    plate_m: float
    pulse: Pulse
    pool: PoolStates
    bead: BeadStates
    surface_m: Curve
    modes_hz: np.ndarray
    warmth_k: Curve

    def slow(self, curve: Curve, times: np.ndarray) -> np.ndarray:
        """A slow curve at weld times by linear interpolation; the weld goes on before 0 and after its end."""
        return np.interp(times, curve.times, curve.values)

    def voltage(self, times: np.ndarray, current_a: np.ndarray) -> np.ndarray:
        """Arc voltage (V): that of `pool.arc_voltage`, 0.9 V less per mm that the surface rises."""
        still = arc_voltage(current_a, self.slow(self.pool.arc_m, times), self.slow(self.pool.sag_m, times))
        return still - 0.9e3 * self.surface_m.at(times)
