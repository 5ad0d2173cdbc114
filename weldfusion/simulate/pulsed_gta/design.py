"""What is set before a weld, and the plate and arc it really meets."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.groups import Groups
from weldfusion.simulate.pulsed_gta.pool import arc_voltage, free_depth, pool_width
from weldfusion.simulate.pulsed_gta.pulse import Pulse
from weldfusion.simulate.pulsed_gta.steel import KINEMATIC_TENSION

Range = tuple[float, float]
PEAK_A, BASE_A = (120.0, 220.0), (40.0, 80.0)
PULSE_HZ, DUTY = (1.0, 5.0), (0.4, 0.6)
SPEED_M_S, ARC_M = (1.5e-3, 3.5e-3), (2.0e-3, 4.0e-3)
RATIO = (0.74, 1.38)
EFFICIENCY = 0.70
TRIES = 200


@dataclass(frozen=True)
class Design:
    """What is set for one weld: currents (A), pulses (Hz, share at the peak), travel speed (m/s), length of
    the arc and nominal thickness of the plate (m). None says how it comes out: labels never use them."""

    peak_a: float
    base_a: float
    pulse_hz: float
    duty: float
    speed_m_s: float
    arc_m: float
    plate_m: float

    @property
    def cause(self) -> str:
        """What was planned, in words.

        >>> Design(180.0, 60.0, 2.0, 0.5, 2.5e-3, 3e-3, 2.5e-3).cause
        'mean current 120 A, speed 2.5 mm/s, plate 2.5 mm'
        """
        mean = self.base_a + (self.peak_a - self.base_a) * self.duty
        speed, plate = 1e3 * self.speed_m_s, 1e3 * self.plate_m
        return f"mean current {mean:.0f} A, speed {speed:.1f} mm/s, plate {plate:g} mm"


@dataclass(frozen=True)
class Joint:
    """The weld's true plate and arc, group effects included; SI units.

    `marangoni` is the factor of sulphur on the depth; `kinematic_tension` surface tension over density;
    `backing` shifts the free depth over plate at which heat begins to flow as in a thin plate.
    """

    plate_m: float
    arc_m: float
    efficiency: float
    marangoni: float
    kinematic_tension: float
    current_factor: float
    speed_m_s: float
    backing: float


def spread(limits: Range, factor: float) -> Range:
    """A range `factor` times as wide about the same middle, as far as it stays above 0.

    >>> spread((2.0, 4.0), 0.5)
    (2.5, 3.5)
    """
    middle, half = (limits[0] + limits[1]) / 2, factor * (limits[1] - limits[0]) / 2
    return max(middle - half, 0.1 * middle), middle + half


def nominal_ratio(
    peak_a: np.ndarray,
    base_a: np.ndarray,
    duty: np.ndarray,
    speed_m_s: np.ndarray,
    arc_m: np.ndarray,
    plate_m: float,
) -> np.ndarray:
    """Free depth over thickness of the plate that settings would give with nominal material and arc."""
    power = duty * arc_voltage(peak_a, arc_m) * peak_a + (1 - duty) * arc_voltage(base_a, arc_m) * base_a
    return free_depth(pool_width(EFFICIENCY * power, speed_m_s)) / plate_m


def draw_design(plate_m: float, param_spread: float, rng: np.random.Generator) -> Design:
    """Settings for a nominal ratio of depth to plate that is drawn evenly from 0.74 to 1.38: of 200 settings
    drawn evenly within their ranges the one that comes nearest."""
    wanted = rng.uniform(*spread(RATIO, param_spread))
    peak, base, hertz, duty, speed, arc = (
        rng.uniform(*spread(limits, param_spread), TRIES)
        for limits in (PEAK_A, BASE_A, PULSE_HZ, DUTY, SPEED_M_S, ARC_M)
    )
    duty, peak = np.clip(duty, 0.05, 0.95), np.maximum(peak, base)
    ratio = nominal_ratio(peak, base, duty, speed, arc, plate_m)
    best = int(np.abs(ratio - wanted).argmin())
    return Design(
        peak_a=float(peak[best]),
        base_a=float(base[best]),
        pulse_hz=float(hertz[best]),
        duty=float(duty[best]),
        speed_m_s=float(speed[best]),
        arc_m=float(arc[best]),
        plate_m=plate_m,
    )


def draw_joint(design: Design, groups: Groups) -> Joint:
    """Plate 0.5 % and sulphur 2 % by workpiece, efficiency 2 % (workpiece) and 4 % (session), arc length
    0.1 mm (machine and session), current 2.5 % and speed 1 % (machine), backing 0.03 (session)."""
    sulphur = groups.factor("sulphur", workpiece=0.02)
    offset = 0.1e-3 * (groups.normal("machine", "arc length") + groups.normal("session", "arc length"))
    return Joint(
        plate_m=design.plate_m * groups.factor("plate", workpiece=0.005),
        arc_m=max(design.arc_m + offset, 0.5e-3),
        efficiency=EFFICIENCY * groups.factor("arc efficiency", session=0.04, workpiece=0.02),
        marangoni=sulphur,
        kinematic_tension=KINEMATIC_TENSION * sulphur**-0.25,
        current_factor=groups.factor("current", machine=0.025),
        speed_m_s=design.speed_m_s * groups.factor("travel speed", machine=0.01),
        backing=0.03 * groups.normal("session", "backing"),
    )


def pulse_of(design: Design, joint: Joint, rng: np.random.Generator) -> Pulse:
    """The current that flows; the pulse starts anywhere."""
    factor = joint.current_factor
    return Pulse(
        factor * design.peak_a, factor * design.base_a, design.pulse_hz, design.duty, float(rng.random())
    )
