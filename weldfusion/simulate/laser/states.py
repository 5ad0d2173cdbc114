"""The record of states that sensors and labels are computed from."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser.events import Events
from weldfusion.simulate.laser.material import Material
from weldfusion.simulate.laser.plume import Spatter
from weldfusion.simulate.laser.pores import Pores


@dataclass(frozen=True)
class KeyholeStates:
    """Keyhole over time at 20 kHz.

    `depth_m` (at most the plate), `opening` area of the mouth (relative), `mouth_dip` (relative),
    `open_root` share 0 … 1, `vapour` flow and `plume` brightness (relative), `plume_temperature_k`.
    """

    depth_m: Curve
    opening: Curve
    mouth_dip: Curve
    open_root: Curve
    vapour: Curve
    plume: Curve
    plume_temperature_k: Curve


@dataclass(frozen=True)
class HeatStates:
    """Heat and pool over time at 500 Hz: laser power (W), absorptivity, aspect ratio e*, oscillation
    frequency (Hz), instability index, beam radius on the surface, pool width and length (m)."""

    power_w: Curve
    absorptivity: Curve
    aspect: Curve
    frequency_hz: Curve
    instability: Curve
    radius_m: Curve
    pool_width_m: Curve
    pool_length_m: Curve


@dataclass(frozen=True)
class BeadStates:
    """The solidified weld at 2 kHz: weld depth and back-bead width (m)."""

    depth_m: Curve
    back_width_m: Curve


@dataclass(frozen=True)
class FilmStates:
    """Films on the plate under the laser spot over time at 500 Hz: water and oil, 0 (clean) … 1; times (s)
    of the steam pops of boiling water."""

    water: Curve
    oil: Curve
    pops_s: np.ndarray


@dataclass(frozen=True)
class States:
    """Everything that happened in one weld; nothing of what was intended or of how it is called."""

    duration_s: float
    speed_m_s: float
    plate_m: float
    material: Material
    keyhole: KeyholeStates
    heat: HeatStates
    bead: BeadStates
    film: FilmStates
    events: Events
    spatter: Spatter
    pores: Pores
