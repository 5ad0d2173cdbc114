"""The record of states of a seam that sensors and labels are computed from."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser.states import States


@dataclass(frozen=True)
class Pits:
    """Holes in the surface of the bead: seconds of weld time, place across (−1 … 1 over the half width),
    diameter (m)."""

    time_s: np.ndarray
    across: np.ndarray
    diameter_m: np.ndarray


@dataclass(frozen=True)
class SeamStates:
    """Everything that happened in one seam; nothing of what was intended or of how it is called.

    `weld` are the laser's states (keyhole, plume, pool, films). Over time at 500 Hz: focus off the surface,
    gap between the sheets, width of the weld between the sheets, sag of the bead's surface (m), and
    `bridged`, 1 where the melt bridges the gap, else 0.
    """

    weld: States
    sheet_m: float
    focus_m: Curve
    gap_m: Curve
    interface_m: Curve
    sag_m: Curve
    bridged: Curve
    pits: Pits

    @property
    def duration_s(self) -> float:
        return self.weld.duration_s
