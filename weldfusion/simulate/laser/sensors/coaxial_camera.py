"""Grey frames of a camera that looks along the laser: pool, mouth, plume, spatter; 8 bit.

Levels and shapes are our choice; the true pixels of pool, mouth and spatter come from `masks`.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.laser.sensors import camera_scene
from weldfusion.simulate.laser.sensors.camera_scene import (
    ACROSS_M,
    ALONG_M,
    EXPOSURE_S,
    PIXEL_M,
    PIXELS,
    Masks,
    Scene,
)
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 100
WHITE = 110.0
SHOT, READ = 0.8, 2.0
PLUME_RADIUS_M = 0.5e-3
SHARPEST_PX = 0.6
GRAINS = 16
AROUND = slice(16, 48), slice(32, 64)


@dataclass(frozen=True)
class Setup:
    """Gain, blur of the focus (pixels), factor on the width of the pool as seen, factor on the noise."""

    gain: float
    blur_px: float
    width_factor: float
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Gain 15 % and blur 0–1 pixel by machine; width of the pool 8 % by session, 6 % by workpiece."""
    return Setup(
        gain=groups.factor("camera gain", machine=0.15),
        blur_px=abs(groups.uniform("machine", "camera blur")),
        width_factor=groups.factor("pool width", session=0.08, workpiece=0.06),
        noise=noise,
    )


def scene(states: States, setup: Setup, clock: Clock, rng: np.random.Generator) -> Scene:
    """What lies before the camera in every frame; `rng` as given to `record` gives the recording's scene."""
    return camera_scene.draw_scene(
        states, setup.width_factor, clock.times(states.duration_s), clock.rate, rng
    )


def masks(
    states: States, setup: Setup, clock: Clock, rng: np.random.Generator, time_s: float | None = None
) -> Masks:
    """True pixels (frames, 64, 64) of mouth, pool and spatter in a recording made with the same arguments.

    With `time_s` (weld time) only those of the nearest frame, (64, 64). A held frame of a drop-out shows
    an earlier scene than its mask.
    """
    found = camera_scene.masks(scene(states, setup, clock, rng))
    if time_s is None:
        return found
    frame = np.abs(clock.times(states.duration_s) - time_s).argmin()
    return Masks(found.mouth[frame], found.pool[frame], found.spatter[frame])


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Frames (time, 64, 64) uint8; a drop-out repeats the last good frame."""
    times = clock.times(states.duration_s)
    seen = camera_scene.draw_scene(states, setup.width_factor, times, clock.rate, rng)
    grey = (setup.gain * WHITE) * light(states, seen, times, setup, rng)
    deviation = np.sqrt(SHOT**2 * grey + READ**2)
    deviation *= setup.noise * rng.standard_normal(grey.shape, np.float32)
    frames = np.clip(np.rint(grey + deviation), 0, 255).astype(np.uint8)
    hold(np.moveaxis(frames, 0, -1), times, dropouts)
    return frames


def light(
    states: States, seen: Scene, times: np.ndarray, setup: Setup, rng: np.random.Generator
) -> np.ndarray:
    """Light (frames, 64, 64) float32 before gain and noise of the pixels."""
    instants = camera_scene.over_exposure(times, EXPOSURE_S, 4)
    on = states.heat.power_w.at(times) > 0
    opened = np.clip(states.keyhole.open_root.at(instants), 0, 1).mean(axis=1)
    plume = states.keyhole.plume.at(instants).mean(axis=1)
    core = on * 0.9 * (1 - 0.25 * opened) * np.exp(0.12 * rng.standard_normal(len(times)))
    veil = 0.25 * plume * np.exp(0.4 * rng.standard_normal(len(times)))
    edge_m = 0.55 * np.hypot(SHARPEST_PX, setup.blur_px) * PIXEL_M
    surface = 1 + 0.15 * _texture(rng, len(times))
    surface *= _share(camera_scene.inside_pool(seen), edge_m)
    total = _scale(surface, 0.35 * on)
    total += 0.12
    total[:, *AROUND] += _scale(_share(camera_scene.inside_mouth(seen, *AROUND), edge_m), core)
    total += veil.astype(np.float32)[:, None, None] * _glow()
    total += camera_scene.spatter_light(seen)
    return total


def _scale(frames: np.ndarray, factor: np.ndarray) -> np.ndarray:
    frames *= factor.astype(np.float32)[:, None, None]
    return frames


def _share(distance: np.ndarray, edge_m: float) -> np.ndarray:
    """Logistic step over the outline (in place)."""
    distance *= np.float32(-1 / edge_m)
    np.exp(np.minimum(distance, 60, out=distance), out=distance)
    distance += 1
    return np.reciprocal(distance, out=distance)


def _glow() -> np.ndarray:
    along, across = (np.exp(-((axis / PLUME_RADIUS_M) ** 2)) for axis in (ALONG_M, ACROSS_M))
    return np.outer(across, along).astype(np.float32)


def _texture(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Smooth random surface of unit variance: grains of 4 pixels, blended linearly."""
    grains = rng.standard_normal((frames, GRAINS + 1, GRAINS + 1), np.float32)
    step = PIXELS // GRAINS
    weight = (np.arange(step, dtype=np.float32) + 0.5) / step
    rows = _blended(grains[:, :-1, None], grains[:, 1:, None], weight[:, None])
    rows = rows.reshape(frames, PIXELS, GRAINS + 1)
    surface = _blended(rows[:, :, :-1, None], rows[:, :, 1:, None], weight)
    surface *= np.float32(1 / np.mean((1 - weight) ** 2 + weight**2))
    return surface.reshape(frames, PIXELS, PIXELS)


def _blended(low: np.ndarray, high: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return low + (high - low) * weight


def modality() -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "coaxial_camera",
        "image_sequence",
        timed=True,
        rate=Fraction(RATE),
        channels=("grey",),
        column="coaxial_camera",
        reader={"images": "grey"},
        size=(PIXELS, PIXELS),
        description="coaxial camera, 55 µm per pixel, 200 µs exposure; the laser stands at "
        "column 47.5, row 31.5, the weld travels to the right",
    )
