"""The record of states that sensors and labels are computed from."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.curve import Curve


@dataclass(frozen=True)
class DriveStates:
    """What source and drive do over time at 64 Hz: current (A), speed (mm/s), arc voltage (V), error of the
    arc length that the voltage control has not yet followed (mm), place on the seam (mm)."""

    current_a: Curve
    speed_mm_s: Curve
    voltage_v: Curve
    arc_error_mm: Curve
    place_mm: Curve


@dataclass(frozen=True)
class PoolStates:
    """The pool over time at 64 Hz, mm: free depth, weld depth (at most the plate), width on the surface and
    at the root, sag, length."""

    free_depth_mm: Curve
    depth_mm: Curve
    width_mm: Curve
    back_width_mm: Curve
    sag_mm: Curve
    length_mm: Curve


@dataclass(frozen=True)
class JointStates:
    """Torch and plates over time at 64 Hz: offset of the torch from the joint and hi-lo (mm, signed), share
    of the surface under oxide or dirt, pollution of the electrode (0 … 1)."""

    offset_mm: Curve
    hilo_mm: Curve
    film: Curve
    pollution: Curve


@dataclass(frozen=True)
class Events:
    """Dips of the drives: time (s), kind, depth (share), length (s)."""

    time_s: np.ndarray
    kind: np.ndarray
    depth: np.ndarray
    length_s: np.ndarray


@dataclass(frozen=True)
class States:
    """Everything that happened in one weld; nothing of what was intended or of how it is called."""

    duration_s: float
    plate_mm: float
    groove_half_mm: float
    drive: DriveStates
    pool: PoolStates
    joint: JointStates
    events: Events


def held(curve: Curve, times: np.ndarray) -> np.ndarray:
    """Values of a curve at `times` (s), linear between samples; its ends are held, as the arc burns before
    the weld that is told begins and after it.

    >>> held(Curve(np.array([1.0, 3.0]), 1.0), np.array([-1.0, 0.5, 9.0])).tolist()
    [1.0, 2.0, 3.0]
    """
    return np.interp(times, curve.times, curve.values)
