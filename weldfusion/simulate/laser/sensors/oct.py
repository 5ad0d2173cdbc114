"""Optical coherence tomography: the depth that a coaxial measuring beam reads, with its four outcomes.

Raw data fall into wall, bottom and multiple-reflection regions (Sensors 2023, 23(11), 5223); the keyhole lags
the beam in proportion to speed (Chin. Opt. Lett. 23, 031201). The shares of the outcomes are our choice.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import blank

RATE = 10_000
LAG_SPEED = 0.2
DEEPEST_MM = 6.0


@dataclass(frozen=True)
class Setup:
    """Scale and offset (mm) of the reading, factor on the chance of a bottom hit, chance of no signal,
    noise factor."""

    scale: float
    offset_mm: float
    bottom_factor: float
    no_signal_chance: float
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Scale 12 %, bottom hits ×/÷ 1.65, no signal ×/÷ 1.3 by session; offset 40/50 µm by machine/session."""
    machine, session = groups.normal("machine", "oct offset"), groups.normal("session", "oct offset")
    return Setup(
        scale=groups.factor("oct scale", session=0.12),
        offset_mm=0.040 * machine + 0.050 * session,
        bottom_factor=groups.factor("oct bottom", session=0.50),
        no_signal_chance=0.10 * groups.factor("oct no signal", session=0.26),
        noise=noise,
    )


def outcomes(
    depth_mm: np.ndarray,
    opened: np.ndarray,
    bottom_chance: np.ndarray,
    repeated_chance: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Reading (mm) of an A-scan with a signal: false peak, multiple reflection, bottom or wall."""
    samples = len(depth_mm)
    draw, second = rng.random(samples), rng.random(samples)
    false_peak = 0.05 + 0.04 * opened
    reading = depth_mm * rng.beta(2.2, 1.3, samples)
    at_bottom = depth_mm * (1 - 0.03 * np.abs(rng.standard_normal(samples)))
    reading = np.where(second < bottom_chance, at_bottom, reading)
    repeated = depth_mm * (1 + rng.exponential(0.15, samples))
    reading = np.where(draw < false_peak + repeated_chance, repeated, reading)
    return np.where(draw < false_peak, rng.uniform(0, DEEPEST_MM, samples), reading)


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Depth (1, time) float32 in mm; NaN where an A-scan has no signal and where the laser is off."""
    times = clock.times(states.duration_s)
    depth = 1e3 * states.keyhole.depth_m.at(times, outside=np.nan)
    opening = states.keyhole.opening.at(times)
    opened = np.clip(states.keyhole.open_root.at(times), 0, 1)
    slow = np.exp(-((states.speed_m_s / LAG_SPEED) ** 2))
    surface = states.material.radiation
    bottom = surface.oct_bottom * setup.bottom_factor * slow * np.minimum(opening, 1.2) * (1 - 0.4 * opened)
    lost = setup.no_signal_chance + 0.06 * opened + 0.20 * (opening < 0.4)
    silent = rng.random(len(times)) < lost
    reading = outcomes(depth, opened, bottom, surface.oct_repeated, rng) * setup.scale + setup.offset_mm
    reading += 0.012 * setup.noise * rng.standard_normal(len(times))
    reading = np.where(silent | np.isnan(depth), np.nan, np.clip(reading, 0, None))
    return blank(reading.astype(np.float32)[None], times, dropouts)


def modality() -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "oct",
        "waveform",
        timed=True,
        unit="mm",
        rate=Fraction(RATE),
        channels=("depth",),
        column="oct",
        missing="nan",
        max_missing=0.6,
        description="raw depth readings of a coaxial OCT beam; NaN where an A-scan has no signal",
    )
