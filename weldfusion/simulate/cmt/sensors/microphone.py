"""Arc sound: change of the arc's power, noise that the arc modulates, clicks, shop; nothing above 8 kHz.

The spectrum's tilt with penetration and its limit at 8 kHz follow recordings of CMT welds in three states of
penetration (doi:10.1371/journal.pone.0311119); there a class is one recording, so that the
tilt may be that of the recordings.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import cheby2, lfilter

from weldfusion.data.card import Modality
from weldfusion.simulate.cmt.preset import ArcSound
from weldfusion.simulate.cmt.states import States
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.random_signals import band_noise, ornstein_uhlenbeck
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.microphone import SOUND_SPEED, Microphone

RATE = 44_100
NOMINAL_DISTANCE_M = 0.30
FULL_SCALE = 16.0
EDGE_S = 0.2e-3
TILT_DB_PER_M = 2.2e3
SLOW_GAINS = ((0.05, 0.15), (0.085, 2.5))
RECORDER = cheby2(10, 60, 8_000, fs=RATE, output="sos")
MICROPHONE = Microphone(RATE, NOMINAL_DISTANCE_M, FULL_SCALE, RECORDER, pink=0.08, band=0, hum=0.05, own=0.01)
CLICK_S, CLICK_HZ = 0.15e-3, 4_000.0


@dataclass(frozen=True)
class Setup:
    """Gain, distance from the arc (m), level of the shop's noise, tilt (dB) of the microphone's response from
    2–4 to 4–8 kHz, factor on the own noise."""

    gain: float
    distance_m: float
    shop: float
    tilt_db: float
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Gain 15 %, shop noise ×/÷ 1.65 and tilt 0.6 dB by session, distance 10 % by machine."""
    return Setup(
        gain=groups.factor("microphone gain", session=0.15),
        distance_m=NOMINAL_DISTANCE_M * groups.factor("microphone distance", machine=0.10),
        shop=groups.factor("shop noise", session=0.5),
        tilt_db=0.6 * groups.normal("session", "microphone tilt"),
        noise=noise,
    )


def source(states: States, setup: Setup, emitted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sound pressure at 0.3 m, relative, for sound that was emitted at these weld times (s)."""
    sound, samples, arc = states.sound, len(emitted), states.arc
    on = (emitted >= 0) & (emitted <= states.duration_s)
    keep = np.exp(-1 / (RATE * EDGE_S))
    power = lfilter([1 - keep], [1, -keep], 1e-3 * arc.current(emitted) * arc.voltage(emitted))
    edges = sound.edges * np.gradient(power, 1e3 / RATE)
    pressure = np.clip(edges, -sound.loudest_edge, sound.loudest_edge)
    tilt = tilt_db(states, sound.tilt_db, emitted) + setup.tilt_db
    noise = np.zeros(samples)
    for band in sound.bands:
        louder = band.amplitude * 10 ** (band.tilt * tilt / 40)
        noise += louder * band_noise(rng, samples, RATE, band.low_hz, band.high_hz)
    pressure += (sound.steady + sound.per_kw * power) * on * noise
    if sound.click:
        _add_clicks(pressure, emitted, arc.ignitions(), sound, rng)
    pressure += sound.rumble * on * band_noise(rng, samples, RATE, 30, 150)
    slow = sum(sd * ornstein_uhlenbeck(rng, samples, RATE, tau) for sd, tau in SLOW_GAINS)
    return pressure * np.exp(slow)


def tilt_db(states: States, most_db: float, times: np.ndarray) -> np.ndarray:
    """Energy of the noise from 4 to 7.5 kHz over that from 2 to 4 kHz, in dB against the root just reached.

    Rises with the depth beyond the root by 2.2 dB/mm, by at most ±`most_db`. As the bands' edges overlap,
    about two thirds of it show when all below is compared with all above 4 kHz.
    """
    depth = np.interp(times, states.depth_m.times, states.depth_m.values)
    return np.clip(TILT_DB_PER_M * (depth - states.root_m), -most_db, most_db)


def _add_clicks(
    pressure: np.ndarray, emitted: np.ndarray, starts: np.ndarray, sound: ArcSound, rng: np.random.Generator
) -> None:
    loud = sound.click * np.exp(sound.click_spread * rng.standard_normal(len(starts)))
    samples = np.searchsorted(emitted, starts)[:, None] + np.arange(round(8 * CLICK_S * RATE))
    inside = samples < len(emitted)
    samples = np.minimum(samples, len(emitted) - 1)
    since = emitted[samples] - starts[:, None]
    shape = np.exp(-since / CLICK_S) * np.sin(2 * np.pi * CLICK_HZ * since)
    np.add.at(pressure, samples, inside * loud[:, None] * shape)


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Signal (1, time) float32, relative to a nominal weld, clipped at ±16."""
    times = clock.times(states.duration_s)
    pressure = source(states, setup, times - setup.distance_m / SOUND_SPEED, rng)
    return MICROPHONE.record(pressure, times, setup, dropouts, rng)


def modality() -> Modality:
    """How the card describes the sensor."""
    return MICROPHONE.modality(
        "arc sound 0.3 m from the weld, nothing above 8 kHz; 1.0 is 16 times the level"
    )
