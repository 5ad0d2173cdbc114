"""Arc sound: the change of the arc's power, turbulence shaped by the pool, and the shop.

The thermo-acoustic pressure of an arc follows the rate of change of its power, so the oscillating pool, which
changes the arc's length, is heard at its own frequencies, loudest after a step of the current. The turbulent
noise passes a resonance of 2–5 kHz between electrode and pool that a sagging pool damps (sound-channel models
tell partial, full and excessive penetration apart: Lv et al. 2015). Levels are relative: 1 is the turbulence
of 150 A at 0.3 m.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.signal import butter, iirpeak, lfilter

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.pulsed_gta.states import States
from weldfusion.simulate.random_signals import band_noise, ornstein_uhlenbeck
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.microphone import SOUND_SPEED, Microphone

RATE = 44_100
FULL_SCALE = 200.0
NOMINAL_DISTANCE_M = 0.30
NOMINAL_A = 150.0
PER_WATT_PER_S = 1.0e-4
CHANNEL_HZ_MM = 10_000.0
SHARP_Q, DULL_Q = 8.0, 1.5
HALF_SAG_M = 0.25e-3
BANDWIDTH = butter(2, (20, 18_000), btype="bandpass", fs=RATE, output="sos")
MICROPHONE = Microphone(
    RATE, NOMINAL_DISTANCE_M, FULL_SCALE, BANDWIDTH, pink=0.15, band=0.15, hum=0.08, own=0.02
)


@dataclass(frozen=True)
class Setup:
    """Gain, distance from the arc (m), level of the shop's noise, factor on all noise."""

    gain: float
    distance_m: float
    shop: float
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Gain 6 % and shop noise (sd of ln 0.25) by session, distance 5 % by machine."""
    return Setup(
        gain=groups.factor("microphone gain", session=0.06),
        distance_m=NOMINAL_DISTANCE_M * groups.factor("microphone distance", machine=0.05),
        shop=groups.factor("shop noise", session=0.25),
        noise=noise,
    )


@lru_cache(maxsize=256)
def _resonance(hertz: int, quality: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Filter of a resonance, and what makes its noise of unit variance."""
    above, below = iirpeak(hertz, quality, fs=RATE)
    impulse = np.zeros(4_096)
    impulse[0] = 1
    return above, below, float(1 / np.sqrt(np.sum(lfilter(above, below, impulse) ** 2)))


def resonant_noise(hertz: int, quality: float, rng: np.random.Generator, samples: int) -> np.ndarray:
    """Noise of unit variance about a frequency (Hz)."""
    above, below, scale = _resonance(hertz, quality)
    return scale * lfilter(above, below, rng.standard_normal(samples))


def channel_frequency(arc_m: float) -> int:
    """Resonance (Hz, whole tens) between electrode and pool: 10 kHz mm over the arc's length, 2–5 kHz.

    >>> channel_frequency(4e-3)
    2500
    """
    return 10 * round(float(np.clip(CHANNEL_HZ_MM / (1e3 * arc_m), 2_000, 5_000)) / 10)


def source(states: States, emitted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pressure at the nominal distance of what was emitted at these weld times (s)."""
    samples = len(emitted)
    current = states.pulse.at(emitted)
    power = states.voltage(emitted, current) * current
    pressure = PER_WATT_PER_S * np.gradient(power) * RATE
    sharp = 1 / (1 + (states.slow(states.pool.sag_m, emitted) / HALF_SAG_M) ** 2)
    hertz = channel_frequency(float(states.pool.arc_m.values.mean()))
    ringing = np.sqrt(sharp) * resonant_noise(hertz, SHARP_Q, rng, samples)
    ringing += np.sqrt(1 - sharp) * resonant_noise(hertz, DULL_Q, rng, samples)
    wide = band_noise(rng, samples, RATE, 500, 8_000)
    gusts = np.exp(0.2 * np.interp(emitted, states.pool.arc_m.times, _slow_gusts(states, rng)))
    return pressure + current / NOMINAL_A * gusts * (0.5 * wide + 0.87 * ringing)


def _slow_gusts(states: States, rng: np.random.Generator) -> np.ndarray:
    return ornstein_uhlenbeck(rng, len(states.pool.arc_m), states.pool.arc_m.rate, 0.1)


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Signal (1, time) float32, relative to the turbulence of a nominal weld, clipped at ±200."""
    times = clock.times(states.duration_s)
    pressure = source(states, times - setup.distance_m / SOUND_SPEED, rng)
    return MICROPHONE.record(pressure, times, setup, dropouts, rng)


def modality() -> Modality:
    """How the card describes the sensor."""
    return MICROPHONE.modality(
        "arc sound 0.3 m from the weld; 1.0 is full scale (200 times the turbulence of 150 A)"
    )
