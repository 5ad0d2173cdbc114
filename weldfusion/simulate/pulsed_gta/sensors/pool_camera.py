"""Colour pictures of pool and arc by a camera that moves with the torch and looks at it from behind; 8 bit.

The shutter opens at base current only, where the arc outshines least; a tick within a peak gives the last
picture again. Levels and colours are our choice; the true pixels of the pool come from `pool_masks`.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.pulsed_gta.sensors.view import View, radius_in_pool
from weldfusion.simulate.pulsed_gta.states import States
from weldfusion.simulate.random_signals import ornstein_uhlenbeck
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 20
FIELD_M, TORCH = 16e-3, 0.30
WHITE = 175.0
SHOT, READ = 0.8, 2.0
SURFACE_WANDER = 0.05
ARC_COLOUR, MELT_COLOUR, PLATE_COLOUR = (0.85, 0.92, 1.0), (1.0, 0.66, 0.36), (0.9, 0.85, 0.8)
ELECTRODE_M = 1.2e-3


@dataclass(frozen=True)
class Setup:
    """Gain, factor on sizes as seen, blur of the focus (m on the plate), side of the picture (pixels), factor
    on the noise."""

    gain: float
    scale: float
    blur_m: float
    pixels: int
    noise: float


def setup(groups: Groups, noise: float, pixels: int) -> Setup:
    """Gain 3 % by machine and 3 % by session (filter), scale 1 % by machine and 1.5 % by session (mounting),
    blur 0.05–0.25 mm by machine."""
    return Setup(
        gain=groups.factor("camera gain", machine=0.03, session=0.03),
        scale=groups.factor("camera scale", machine=0.01, session=0.015),
        blur_m=0.05e-3 + 0.2e-3 * abs(groups.uniform("machine", "camera blur")),
        pixels=pixels,
        noise=noise,
    )


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Frames (time, height, width, 3) uint8; a drop-out repeats the last good frame."""
    times = clock.times(states.duration_s)
    instants, shown = np.unique(states.pulse.exposed(times), return_inverse=True)
    wander = np.exp(SURFACE_WANDER * ornstein_uhlenbeck(rng, len(instants), RATE, 0.2))
    flicker = np.exp(0.08 * rng.standard_normal(len(instants)))
    frames = np.empty((len(instants), setup.pixels, setup.pixels, 3), np.uint8)
    for k in range(len(instants)):
        grey = WHITE * setup.gain * light(states, setup, instants[k], float(wander[k]), float(flicker[k]))
        spread = setup.noise * rng.standard_normal(grey.shape, np.float32)
        grey += spread * np.sqrt(SHOT**2 * grey + READ**2)
        frames[k] = np.clip(np.rint(grey), 0, 255)
    frames = frames[shown]
    hold(np.moveaxis(frames, 0, -1), times, dropouts)
    return frames


def light(states: States, setup: Setup, instant: float, wander: float, flicker: float) -> np.ndarray:
    """Light (height, width, 3) float32 of one picture before gain and noise of the pixels."""
    now = np.array([instant])
    size = {
        name: float(states.slow(getattr(states.pool, name), now)[0])
        for name in ("width_m", "length_m", "sag_m")
    }
    view = View(setup.pixels, FIELD_M, TORCH)
    behind, aside = view.behind_m(setup.scale), view.aside_m(setup.scale)
    width, length = size["width_m"] * wander, size["length_m"] * wander
    radius = radius_in_pool(behind, aside, np.array([width]), np.array([length]))[0]
    pool = _inside(1 - radius, setup.blur_m / (0.5 * width))
    arc = flicker * float(states.pulse.at(now)[0]) / 60.0
    plate = (1 - pool) * (0.10 + _bead(states, instant, behind, aside, width, length))
    melt = pool * (0.42 + 0.10 * radius) - 0.12 * np.exp(-(((radius - 1) / 0.06) ** 2))
    mirror = pool * arc * _mirror(behind, aside, length, size["sag_m"])
    glare = 0.9 * arc / (1 + (behind[:, None] ** 2 + aside**2) / (1.6e-3) ** 2) ** 1.5
    colours = np.array([PLATE_COLOUR, MELT_COLOUR, ARC_COLOUR], np.float32)
    parts = np.stack([plate, melt, glare + mirror], axis=-1).astype(np.float32)
    return np.maximum(parts @ colours, 0) * _electrode(behind, aside)[..., None]


def pool_masks(states: States, setup: Setup, clock: Clock) -> np.ndarray:
    """True pixels (time, height, width) bool of the pool, without the wandering of its outline."""
    seen = states.pulse.exposed(clock.times(states.duration_s))
    view = View(setup.pixels, FIELD_M, TORCH)
    width, length = states.slow(states.pool.width_m, seen), states.slow(states.pool.length_m, seen)
    return radius_in_pool(view.behind_m(setup.scale), view.aside_m(setup.scale), width, length) < 1


def _inside(depth: np.ndarray, edge: float) -> np.ndarray:
    """Logistic step over the outline."""
    return 1 / (1 + np.exp(np.clip(-2 * depth / edge, -60, 60)))


def _mirror(behind: np.ndarray, aside: np.ndarray, length: float, sag_m: float) -> np.ndarray:
    """The arc's image in the pool, wider and weaker the deeper the pool sags."""
    radius = 0.9e-3 + 0.6 * sag_m
    squares = (behind[:, None] - 0.30 * length) ** 2 + aside**2
    return 0.8 * (0.9e-3 / radius) ** 2 * np.exp(-squares / radius**2)


def _bead(
    states: States, instant: float, behind: np.ndarray, aside: np.ndarray, width: float, length: float
) -> np.ndarray:
    """The solid bead behind the pool: glow that fades, ripples where each pulse froze."""
    tail = behind - (length - 0.45 * width)
    glow = 0.22 * np.exp(-np.clip(tail, 0, None) / 4e-3)
    pitch = states.speed_m_s / states.pulse.frequency_hz
    travelled = states.speed_m_s * instant - behind[:, None] - 0.3 * aside**2 / width
    ripple = 1 + 0.3 * np.sin(2 * np.pi * travelled / max(pitch, 0.4e-3))
    across = 1 / (1 + np.exp(np.clip((np.abs(aside) - width / 2) / 0.15e-3, -60, 60)))
    return (glow * (behind > 0))[:, None] * ripple * across


def _electrode(behind: np.ndarray, aside: np.ndarray) -> np.ndarray:
    """Share of light that passes the electrode, a dark cone from the top down to the arc."""
    tip = -0.6e-3
    half = ELECTRODE_M * np.clip((tip - behind) / 2.5e-3, 0, 1)[:, None]
    return (1 - 0.85 / (1 + np.exp(np.clip((np.abs(aside) - half) / 0.08e-3, -60, 60))) * (half > 0)).astype(
        np.float32
    )


def modality(pixels: int) -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "pool_camera",
        "image_sequence",
        timed=True,
        rate=Fraction(RATE),
        channels=("red", "green", "blue"),
        column="pool_camera",
        size=(pixels, pixels),
        description=f"colour camera that moves with the torch, {1e3 * FIELD_M:g} mm square, exposed at base "
        "current; a frame of peak time repeats the last one; the weld travels up, the arc stands at 0.30 of "
        "the height",
    )
