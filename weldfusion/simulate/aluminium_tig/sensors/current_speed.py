"""Current of the source and speed of the travel, recorded together at 128 Hz.

The current is rectified before it is sampled: the commutation of the AC leaves a line at twice its frequency,
seen at 8 Hz after sampling, and a polluted electrode, whose half waves differ, one at the frequency itself.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.signal import lfilter

from weldfusion.data.card import Modality
from weldfusion.simulate.aluminium_tig.states import States, held
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 128
AC_HZ = 60.0
COMMUTATION, POLLUTED = 0.006, 0.02
CURRENT_NOISE_A, SPEED_NOISE_MM_S = 0.8, 0.05
ENCODER_S, ENCODER_STEP = 0.10, 0.02
COGGING, PITCH_MM = 0.01, 2.0


@dataclass(frozen=True)
class Setup:
    """Gain and offset (A) of the current's sensor, gain of the speed's, frequency of the AC (Hz), ripple of a
    clean electrode (share of the current), factor on the noise."""

    current_gain: float
    current_offset_a: float
    speed_gain: float
    ac_hz: float
    clean_ripple: float
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Gains by machine and session, AC frequency by machine, the electrode's ripple by session."""
    return Setup(
        current_gain=groups.factor("current gain", machine=0.02, session=0.015),
        current_offset_a=1.0 * groups.normal("session", "current offset"),
        speed_gain=groups.factor("speed gain", machine=0.05, session=0.05),
        ac_hz=AC_HZ + 0.05 * groups.normal("machine", "ac frequency"),
        clean_ripple=0.006 * groups.factor("electrode", session=0.6),
        noise=noise,
    )


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Signal (2, time) float32: current (A) and speed (mm/s); a drop-out repeats the last good value."""
    times = clock.times(states.duration_s)
    phase = 2 * np.pi * rng.random(3)
    white = rng.standard_normal((2, len(times)))
    current = _current(states, setup, times, phase) + setup.noise * CURRENT_NOISE_A * white[0]
    speed = _speed(states, setup, times, phase[2]) + setup.noise * SPEED_NOISE_MM_S * white[1]
    speed = ENCODER_STEP * np.rint(speed / ENCODER_STEP)
    return hold(np.stack([current, speed]).astype(np.float32), times, dropouts)


def _current(states: States, setup: Setup, times: np.ndarray, phase: np.ndarray) -> np.ndarray:
    turn = 2 * np.pi * setup.ac_hz * times
    unequal = setup.clean_ripple + POLLUTED * held(states.joint.pollution, times)
    line = COMMUTATION * np.cos(2 * turn + phase[0]) + unequal * np.cos(turn + phase[1])
    rectified = held(states.drive.current_a, times) * (1 + line)
    return setup.current_gain * rectified + setup.current_offset_a


def _speed(states: States, setup: Setup, times: np.ndarray, phase: float) -> np.ndarray:
    """The encoder lags by 0.1 s and shows the pitch of the drive's screw."""
    cogs = 1 + COGGING * np.cos(2 * np.pi * held(states.drive.place_mm, times) / PITCH_MM + phase)
    true = held(states.drive.speed_mm_s, times) * cogs
    keep = np.exp(-1 / (RATE * ENCODER_S))
    seen, _ = lfilter([1 - keep], [1, -keep], true, zi=[keep * true[0]])
    return setup.speed_gain * seen


def modality() -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "current_speed",
        "waveform",
        timed=True,
        rate=Fraction(RATE),
        channels=("current_a", "speed_mm_s"),
        column="current_speed",
        description="welding current, rectified (A), and travel speed by an encoder (mm/s)",
    )
