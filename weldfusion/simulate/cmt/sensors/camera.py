"""Grey frames of a camera beside the torch: in a wait phase, when the arc is out, three frames 1 ms apart.

Every block of 100 ms has one such triple, in its first wait phase. Levels and shapes are our choice.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.cmt.sensors.camera_scene import Seen, View, light
from weldfusion.simulate.cmt.states import States
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.random_signals import ornstein_uhlenbeck
from weldfusion.simulate.sensors.clock import PRETRIGGER_S, Clock
from weldfusion.simulate.sensors.dropout import hold

FRAMES, BLOCK_S, APART_S = 3, 0.1, 1e-3
RATE = round(FRAMES / BLOCK_S)
INTO_WAIT_S = 0.4e-3
LARGEST_START_S = 5e-3
GLARE_S = 0.8e-3
WHITE = 280.0
SHOT, READ = 0.8, 2.0


@dataclass(frozen=True)
class Setup(View):
    """What is seen where (`View`); gain, haze of the fume (0 … 1), factor on the noise."""

    gain: float
    haze: float
    noise: float


def setup(groups: Groups, noise: float, pixels: int) -> Setup:
    """Gain 6 % by machine, 4 % by session; haze and aim (0.3 mm) by session; scale 3 % by session, 2 % by
    machine; blur up to 0.1 mm by machine."""
    return Setup(
        pixels=pixels,
        scale=groups.factor("camera scale", machine=0.02, session=0.03),
        along_m=0.3e-3 * groups.normal("session", "camera aim along"),
        across_m=0.3e-3 * groups.normal("session", "camera aim across"),
        blur_m=0.1e-3 * abs(groups.uniform("machine", "camera blur")),
        gain=groups.factor("camera gain", machine=0.06, session=0.04),
        haze=0.10 * groups.factor("fume", session=0.3),
        noise=noise,
    )


def clock_of(calibrated: Clock) -> Clock:
    """The camera's clock: it starts with the weld instead of 10 ms before, less than 5 ms off."""
    start = float(np.clip(calibrated.offset_s + PRETRIGGER_S, -LARGEST_START_S, LARGEST_START_S))
    return Clock(calibrated.rate, start, calibrated.ppm)


def instants(states: States, clock: Clock) -> np.ndarray:
    """When (s of weld time) each frame is taken, (3 × blocks,); blocks after the weld have frames too."""
    blocks = round(states.duration_s / BLOCK_S) + 1
    starts = clock.offset_s + np.arange(blocks) * BLOCK_S / (1 + clock.ppm * 1e-6)
    waits = states.arc.waits()[:, 0]
    number = np.searchsorted(waits, starts)
    first = np.where(number < len(waits), waits[np.minimum(number, len(waits) - 1)], starts) + INTO_WAIT_S
    return (first[:, None] + APART_S * np.arange(FRAMES)).ravel()


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Frames (time, pixels, pixels) uint8, three of each block of 100 ms one after the other; a drop-out
    repeats the last good frame."""
    times = instants(states, clock)
    seen = _seen(states, times, setup, rng)
    frames = np.empty((len(times), setup.pixels, setup.pixels), np.uint8)
    for first in range(0, len(times), FRAMES):
        part = slice(first, first + FRAMES)
        grey = (setup.gain * WHITE) * light(seen, part, setup, rng)
        deviation = np.sqrt(SHOT**2 * grey + READ**2)
        deviation *= setup.noise * rng.standard_normal(grey.shape, np.float32)
        frames[part] = np.clip(np.rint(grey + deviation), 0, 255)
    nominal = clock.offset_s + np.arange(len(times)) / (clock.rate * (1 + clock.ppm * 1e-6))
    hold(np.moveaxis(frames, 0, -1), nominal, dropouts)
    return frames


def _seen(states: States, times: np.ndarray, setup: Setup, rng: np.random.Generator) -> Seen:
    """What lies before the camera in every frame. The surface drops within a triple, faster with more sag."""
    blocks = len(times) // FRAMES

    def at(curve: np.ndarray) -> np.ndarray:
        return np.interp(times, states.gap_m.times, curve)

    def of_block(deviation: float) -> np.ndarray:
        return np.repeat(np.exp(deviation * rng.standard_normal(blocks)), FRAMES)

    sag = at(states.sag_m.values)
    since = np.tile(APART_S * np.arange(FRAMES), blocks)

    def slow(deviation: float) -> np.ndarray:
        return np.repeat(np.exp(deviation * ornstein_uhlenbeck(rng, blocks, 1 / BLOCK_S, 0.8)), FRAMES)

    haze = setup.haze * np.exp(0.3 * ornstein_uhlenbeck(rng, blocks, 1 / BLOCK_S, 0.5))
    return Seen(
        on=((times >= 0) & (times <= states.duration_s)).astype(float),
        ahead_gap_m=at(states.gap_m.values) * slow(0.40),
        width_m=at(states.width_m.values) * of_block(0.02),
        length_m=at(states.length_m.values) * of_block(0.04),
        hole=at(states.open_root.values) * slow(0.50),
        sag_m=sag * slow(0.50),
        drop_m=(0.20 + 0.25e3 * sag) * slow(0.40) * of_block(0.3) * since,
        glare=0.25 * of_block(0.3) * np.exp(-(since + INTO_WAIT_S) / GLARE_S),
        haze=np.clip(np.repeat(haze, FRAMES), 0, 0.8),
    )


def modality(pixels: int) -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "camera",
        "image_sequence",
        timed=True,
        rate=Fraction(RATE),
        channels=("grey",),
        column="camera",
        reader={"images": "grey"},
        size=(pixels, pixels),
        description="camera beside the torch: of each 100 ms three frames 1 ms apart, taken in the first "
        "wait phase and stored one after the other as if evenly spaced; the weld travels to the right",
    )
