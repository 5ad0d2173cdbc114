"""One weld: from the joint and what acts on it to the record of states."""

import numpy as np
from scipy.signal import lfilter

from weldfusion.simulate.aluminium_tig import pool
from weldfusion.simulate.aluminium_tig.design import Joint
from weldfusion.simulate.aluminium_tig.inputs import RATE, Inputs
from weldfusion.simulate.aluminium_tig.states import (
    DriveStates,
    Events,
    JointStates,
    PoolStates,
    States,
)
from weldfusion.simulate.curve import Curve

POOL_S, SAG_S, CONTROL_S = 0.6, 0.8, 0.5
FILM_LOSS = 0.10
CURRENT_PER_MM = 1.5
CLEAN_FILM, POLLUTION_S = 0.15, 3.0


def simulate_states(joint: Joint, inputs: Inputs) -> States:
    """States of one weld as long as its inputs; nothing here is random.

    The pool follows power and speed with 0.6 s, the sag its resting value with 0.8 s, the voltage control the
    surface with 0.5 s; the current of the source falls by 1.5 A for every mm of arc that is not yet followed.
    Film takes up to 10 % of the heat, and what exceeds a share of 0.15 pollutes the electrode for good.
    """
    voltage = pool.arc_voltage(inputs.current_a, inputs.arc_mm)
    power = inputs.efficiency * voltage * inputs.current_a * (1 - FILM_LOSS * inputs.film)
    melt = _pool(joint, followed(power, POOL_S), followed(inputs.speed_mm_s, POOL_S))
    surface = melt["sag_mm"] + inputs.arc_mm
    error = surface - followed(surface, CONTROL_S)
    drive = DriveStates(
        current_a=_curve(inputs.current_a - CURRENT_PER_MM * error),
        speed_mm_s=_curve(inputs.speed_mm_s),
        voltage_v=_curve(voltage + 0.9 * error),
        arc_error_mm=_curve(error),
        place_mm=_curve(np.cumsum(inputs.speed_mm_s) / RATE),
    )
    return States(
        duration_s=len(power) / RATE,
        plate_mm=joint.plate_mm,
        groove_half_mm=joint.groove_half_mm,
        drive=drive,
        pool=PoolStates(**{name: _curve(values) for name, values in melt.items()}),
        joint=JointStates(
            offset_mm=_curve(inputs.offset_mm),
            hilo_mm=_curve(inputs.hilo_mm),
            film=_curve(inputs.film),
            pollution=_curve(polluted(inputs.film)),
        ),
        events=Events(**vars(inputs.dips)),
    )


def followed(values: np.ndarray, time_constant: float) -> np.ndarray:
    """First-order lag that begins at rest.

    >>> step = np.r_[np.zeros(1), np.ones(64)]
    >>> float(followed(step, 1.0)[-1].round(3))
    0.632
    """
    keep = np.exp(-1 / (RATE * time_constant))
    lagged, _ = lfilter([1 - keep], [1, -keep], values, zi=[keep * values[0]])
    return lagged


def polluted(film: np.ndarray) -> np.ndarray:
    """Pollution of the electrode: 1 less the exponential of the film that it has met."""
    met = np.cumsum(np.maximum(film - CLEAN_FILM, 0)) / RATE
    return 1 - np.exp(-met / POLLUTION_S)


def _pool(joint: Joint, power: np.ndarray, speed: np.ndarray) -> dict[str, np.ndarray]:
    free = pool.free_width(power, speed)
    deep = pool.free_depth(free, power, joint.depth_factor)
    ratio = deep / joint.plate_mm
    width = pool.pool_width(free, ratio)
    back = pool.back_width(width, ratio)
    return {
        "free_depth_mm": deep,
        "depth_mm": np.minimum(deep, joint.plate_mm),
        "width_mm": width,
        "back_width_mm": back,
        "sag_mm": followed(pool.resting_sag(back, joint.plate_mm), SAG_S),
        "length_mm": pool.LENGTH_SHARE * width,
    }


def _curve(values: np.ndarray) -> Curve:
    return Curve(values, RATE)
