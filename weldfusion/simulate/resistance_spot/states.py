"""The record of states that sensors and targets of a spot weld are computed from."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.curve import Curve

KINDS = ("expulsion between the sheets", "expulsion at the electrode")
FAYING, SURFACE = 0, 1


@dataclass(frozen=True)
class Electric:
    """Current (A) and resistances (Ω) over time at 5 kHz; the resistances hold after the current."""

    current_a: Curve
    contact_ohm: Curve
    bulk_ohm: Curve


@dataclass(frozen=True)
class Heat:
    """Temperature at the faying surface (K) and nugget diameter (m) over time at 5 kHz."""

    temperature_k: Curve
    nugget_m: Curve


@dataclass(frozen=True)
class Mechanics:
    """Electrode force (N) and displacement of the electrodes (m, outwards) over time at 5 kHz."""

    force_n: Curve
    displacement_m: Curve


@dataclass(frozen=True)
class Expulsions:
    """Expulsions of melt: seconds, index into `KINDS`, size (share of the nugget that left)."""

    time_s: np.ndarray
    kind: np.ndarray
    size: np.ndarray

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True)
class Spatter:
    """Particles thrown out: which expulsion threw each, direction in the plane of the sheets (rad), reach
    from the weld's middle (m), size (m), and whether it stuck to the sheet on the upper or lower side
    (+1, −1) or left (0)."""

    event: np.ndarray
    direction_rad: np.ndarray
    reach_m: np.ndarray
    size_m: np.ndarray
    stuck: np.ndarray

    def __len__(self) -> int:
        return len(self.event)


@dataclass(frozen=True)
class Mark:
    """What stays on the sheets: tip diameter and depth of the indentation (m), offset of the nugget's
    middle (m), one-sidedness (offset over the tip's radius), radius of the hot zone at the surface (m), its
    peak temperature when the current ended (K), factor on the oxide."""

    tip_m: float
    indentation_m: float
    offset_m: float
    lean: float
    hot_radius_m: float
    surface_k: float
    oxide: float


@dataclass(frozen=True)
class States:
    """Everything that happened in one weld; nothing of what was intended or of how it is called.

    `weld_s` is the time of the current, `duration_s` that and the hold after it; `strength` is the factor
    of the steel on what a nugget carries.
    """

    duration_s: float
    weld_s: float
    sheets_m: tuple[float, float]
    strength: float
    electric: Electric
    heat: Heat
    mechanics: Mechanics
    mark: Mark
    expulsions: Expulsions
    spatter: Spatter

    @property
    def nugget_m(self) -> float:
        """Diameter of the nugget when the current ended."""
        return float(self.heat.nugget_m.values[-1])
