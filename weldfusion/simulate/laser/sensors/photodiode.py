"""Three coaxial photodiodes: plume (VIS), laser back-reflection and thermal radiation.

Levels are relative to a nominal weld, not volts; the plume leaks into the thermal band ("Signal overlap in
the monitoring of laser welding"), so the three bands are not independent.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.signal import lfilter

from weldfusion.data.card import Modality
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.random_signals import ornstein_uhlenbeck
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

BANDS = ("vis", "back_reflection", "thermal")
RATE = 20_000
BANDWIDTH_HZ = 8_000.0
LAG_S = 20e-6
FULL_SCALE = 4.0
DARK = 0.05
LEVELS = 2**12 - 1


@dataclass(frozen=True)
class Setup:
    """Gain of each band (window fouling in) and the factor on the electronic noise."""

    gain: tuple[float, ...]
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Gains: 20 % by machine, 20 % by session; the window loses up to 15 % during a session."""
    loss = 0.15 * abs(groups.uniform("session", "photodiode fouling")) * groups.place.progress
    vis, back, thermal = (
        (1 - loss) * groups.factor(f"photodiode gain {band}", machine=0.20, session=0.20) for band in BANDS
    )
    return Setup((vis, back, thermal), noise)


def light(states: States, rng: np.random.Generator) -> np.ndarray:
    """Light on the three diodes (3, time) on the grid of the fast states, before gain and noise."""
    keyhole, heat = states.keyhole, states.heat
    samples, rate = len(keyhole.plume), keyhole.plume.rate

    def noise(deviation: float, time_constant: float) -> np.ndarray:
        return deviation * ornstein_uhlenbeck(rng, samples, rate, time_constant)

    plume = keyhole.plume.values * np.exp(noise(0.18, 0.4e-3))
    reflected = Curve(heat.power_w.values / 4e3 * (1 - heat.absorptivity.values), heat.power_w.rate)
    mirror = (1 + 2.2 * keyhole.mouth_dip.values) * (1 - 0.4 * keyhole.open_root.values)
    back = reflected.resampled(rate, samples) * mirror * np.exp(noise(0.25, 0.2e-3))
    pool = Curve(heat.pool_width_m.values / 2e-3 * heat.pool_length_m.values / 6e-3, heat.power_w.rate)
    thermal = 0.75 * pool.resampled(rate, samples) * (1 + noise(0.02, 20e-3)) + 0.25 * plume
    return np.stack([plume, back, thermal])


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Signals (3, time) float32 in nominal levels plus a dark level of 0.05, clipped at 4, 12 bit."""
    times = clock.times(states.duration_s)
    values = detected(light(states, rng), states.keyhole.plume.rate, times, setup, rng)
    return hold(values, times, dropouts)


def detected(
    light: np.ndarray, rate: float, times: np.ndarray, setup: Setup, rng: np.random.Generator
) -> np.ndarray:
    """What diodes and their electronics make at `times` (s) of light (bands, time) at `rate` Hz."""
    keep = np.exp(-2 * np.pi * BANDWIDTH_HZ / rate)
    seen = lfilter([1 - keep], [1, -keep], light, axis=-1)
    level = np.stack(
        [g * Curve(band, rate).at(times - LAG_S) for g, band in zip(setup.gain, seen, strict=True)]
    )
    level = np.maximum(level, 0)
    shot = 0.03 * setup.noise * np.sqrt(level) * rng.standard_normal(level.shape)
    level += shot + 0.01 * setup.noise * rng.standard_normal(level.shape)
    codes = np.round(np.clip((level + DARK) / FULL_SCALE, 0, 1) * LEVELS)
    return (codes * (FULL_SCALE / LEVELS)).astype(np.float32)


def modality() -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "photodiode",
        "waveform",
        timed=True,
        unit="1",
        rate=Fraction(RATE),
        channels=BANDS,
        column="photodiode",
        description="coaxial photodiodes: plume 300–700 nm, back-reflection 1070 nm, thermal 1.1–1.8 µm; "
        "1.0 is full scale (4 times the nominal level)",
    )
