"""Size of the keyhole's mouth as a fast camera's image processing reports it, at 2 kHz.

Area, perimeter, length and width of the outline; a particle that leaves the keyhole within the exposure may
be taken for a part of it. Shares and errors are our choice.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.laser.sensors.mouth import mouth_at
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 2_000
CHANNELS = ("area", "perimeter", "length", "width")
RELATIVE_ERROR = 0.05
SMALLEST_MM = 0.002
MISTAKEN = 0.25


@dataclass(frozen=True)
class Setup:
    """Factor on the errors of the outline."""

    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """The same for all groups: sizes do not depend on the camera's gain."""
    return Setup(noise)


def mistaken(states: States, times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Factor (time,) on the area: 1.5–3 where spatter was taken for the mouth (about 2 % of the frames)."""
    edges = np.append(times, 2 * times[-1] - times[-2])
    particles = np.histogram(states.spatter.time_s, edges)[0]
    draw, size = rng.random(len(times)), rng.uniform(1.5, 3.0, len(times))
    return np.where(draw < 1 - (1 - MISTAKEN) ** particles, size, 1.0)


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Features (4, time) float32 in mm² and mm; about 0 while the laser is off."""
    times = clock.times(states.duration_s)
    mouth = mouth_at(states, times)
    factor = mistaken(states, times, rng)
    length, width = 2e3 * mouth.half_length_m, 2e3 * mouth.half_width_m
    outline = np.stack([1e6 * mouth.area_m2 * factor, 1e3 * mouth.perimeter_m, length, width])
    outline[1:] *= np.sqrt(factor)
    outline *= 1 + RELATIVE_ERROR * setup.noise * rng.standard_normal(outline.shape)
    outline += SMALLEST_MM * setup.noise * rng.standard_normal(outline.shape)
    return hold(np.maximum(outline, 0).astype(np.float32), times, dropouts)


def modality() -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "opening",
        "waveform",
        timed=True,
        unit="mm",
        rate=Fraction(RATE),
        channels=CHANNELS,
        column="opening",
        description="outline of the keyhole's mouth from a 2 kHz camera: area in mm², perimeter, length and "
        "width in mm",
    )
