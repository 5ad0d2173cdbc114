"""Airborne sound: change of the vapour flow, jet noise, full-penetration band, events, spatter, steam,
echoes, shop.

Full penetration changes level and spectrum between 500 and 1500 Hz (Huang and Kovacevic, ICALEO 2009 #1502);
that it gets louder is our choice, other authors report the contrary.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter

from weldfusion.data.card import Modality
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.random_signals import band_noise
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.microphone import SOUND_SPEED, Microphone

RATE = 48_000
NOMINAL_DISTANCE_M = 0.25
FULL_SCALE = 12.0
BANDWIDTH = butter(1, (20.0, 20_000.0), btype="bandpass", fs=RATE, output="sos")
MICROPHONE = Microphone(
    RATE, NOMINAL_DISTANCE_M, FULL_SCALE, BANDWIDTH, pink=0.25, band=0.2, hum=0.15, own=0.02
)
LOUDNESS_STEP_S = 1e-3
ECHOES = ((1.8e-3, 0.35), (4.4e-3, 0.20))


@dataclass(frozen=True)
class Setup:
    """Gain, distance from the keyhole (m), level of the shop's noise, factor on the own noise."""

    gain: float
    distance_m: float
    shop: float
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Gain 30 % and shop noise ×/÷ 1.65 by session, distance 10 % by machine."""
    return Setup(
        gain=groups.factor("microphone gain", session=0.30),
        distance_m=NOMINAL_DISTANCE_M * groups.factor("microphone distance", machine=0.10),
        shop=groups.factor("shop noise", session=0.5),
        noise=noise,
    )


def source(states: States, emitted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sound pressure at 0.25 m, relative, for sound that was emitted at these weld times (s)."""
    samples = len(emitted)
    flow = states.keyhole.vapour
    change = Curve(np.gradient(flow.values, 1 / flow.rate), flow.rate)
    jet = np.maximum(flow.at(emitted), 0) ** 1.5
    opened = np.clip(states.keyhole.open_root.at(emitted), 0, 1)
    pressure = 0.5 * change.at(emitted) / 6000
    pressure += jet * band_noise(rng, samples, RATE, 2_000, 12_000)
    pressure += 1.6 * opened * band_noise(rng, samples, RATE, 500, 1_500)
    events, spatter = states.events, states.spatter
    loud = 1.5 * events.mouth_drop * _loudness(0.5, events.time_s, states.duration_s, rng)
    clicks = 0.35 * _loudness(0.7, spatter.time_s, states.duration_s, rng)
    _add(pressure, emitted, events.time_s, loud, _collapse, 5e-3)
    _add(pressure, emitted, states.film.pops_s, np.full(len(states.film.pops_s), 2.0), _pop, 10e-3)
    _add(pressure, emitted, spatter.time_s, clicks, _click, 0.4e-3)
    return pressure


def _loudness(spread: float, times: np.ndarray, duration_s: float, rng: np.random.Generator) -> np.ndarray:
    """Log-normal loudness at `times`; one event more or less leaves that of the others as it is."""
    numbers = rng.standard_normal(round(duration_s / LOUDNESS_STEP_S) + 1)
    return np.exp(spread * numbers[(times / LOUDNESS_STEP_S).astype(int)])


def _collapse(t: np.ndarray) -> np.ndarray:
    return np.exp(-t / 0.6e-3) * np.sin(2 * np.pi * 1_800 * t)


def _pop(t: np.ndarray) -> np.ndarray:
    return np.exp(-t / 2e-3) * np.sin(2 * np.pi * 450 * t)


def _click(t: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * t / 0.4e-3) * np.sin(np.pi * t / 0.4e-3) ** 2


def _add(
    pressure: np.ndarray,
    emitted: np.ndarray,
    starts: np.ndarray,
    amplitudes: np.ndarray,
    shape: Callable[[np.ndarray], np.ndarray],
    length_s: float,
) -> None:
    first = np.searchsorted(emitted, starts)
    samples = first[:, None] + np.arange(round(length_s * RATE))
    inside = samples < len(emitted)
    samples = np.minimum(samples, len(emitted) - 1)
    since = emitted[samples] - starts[:, None]
    np.add.at(pressure, samples, inside * amplitudes[:, None] * shape(since))


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Signal (1, time) float32, relative to a nominal weld, clipped at ±12."""
    times = clock.times(states.duration_s)
    pressure = source(states, times - setup.distance_m / SOUND_SPEED, rng)
    direct = pressure.copy()
    for delay, share in ECHOES:
        shift = round(delay * RATE)
        pressure[shift:] += share * direct[:-shift]
    return MICROPHONE.record(pressure, times, setup, dropouts, rng)


def modality() -> Modality:
    """How the card describes the sensor."""
    return MICROPHONE.modality(
        "airborne sound 0.25 m from the weld; 1.0 is full scale (12 times the nominal level)"
    )
