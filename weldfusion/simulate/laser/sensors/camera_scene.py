"""What lies in front of the coaxial camera in each frame: pool, mouth and flying particles, and their masks.

The camera looks along the laser, so the mouth stays where it is in the frame while the plate moves by. Rows
run across the seam, columns along it; the weld travels to the right, and the laser stands at three quarters
of the width, so that the pool behind it is in view. All shapes are our choice.
"""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.laser.sensors.mouth import mouth_at
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.random_signals import ornstein_uhlenbeck

PIXELS = 64
PIXEL_M = 55e-6
EXPOSURE_S = 200e-6
FLIGHT_S = 2e-3
JITTER_M = 20e-6
STREAK_POINTS = 5
BLOB = np.outer([0.5, 1.0, 0.5], [0.5, 1.0, 0.5]).astype(np.float32)
SEEN_AS_SPATTER = 0.05
SPOT = (47.5, 31.5)
ALONG_M, ACROSS_M = ((np.arange(PIXELS) - spot) * PIXEL_M for spot in SPOT)


@dataclass(frozen=True)
class Scene:
    """Geometry of every frame, all in m and arrays over frames; (along, across) the seam, along is forward.

    `mouth_centre` and `mouth_half` (frames, 2); `pool_half_width`, `pool_widest` (place of the largest
    width along the seam), `pool_ahead` and `pool_behind` (distance from there to the ends). The particles
    are points: `spatter_frame`, `spatter_place` (points, 2) and `spatter_light` (relative).
    """

    mouth_centre: np.ndarray
    mouth_half: np.ndarray
    pool_half_width: np.ndarray
    pool_widest: np.ndarray
    pool_ahead: np.ndarray
    pool_behind: np.ndarray
    spatter_frame: np.ndarray
    spatter_place: np.ndarray
    spatter_light: np.ndarray

    def __len__(self) -> int:
        return len(self.pool_half_width)


@dataclass(frozen=True)
class Masks:
    """Pixels (frames, 64, 64) bool of the mouth, of the pool around it and of flying spatter."""

    mouth: np.ndarray
    pool: np.ndarray
    spatter: np.ndarray


def over_exposure(times: np.ndarray, exposure_s: float, points: int) -> np.ndarray:
    """Instants (…, points) within exposures whose middles are `times`.

    >>> over_exposure(np.array([1.0]), 0.2, 2).round(3).tolist()
    [[0.95, 1.05]]
    """
    return times[..., None] + exposure_s * ((np.arange(points) + 0.5) / points - 0.5)


def draw_scene(
    states: States, width_factor: float, times: np.ndarray, rate: float, rng: np.random.Generator
) -> Scene:
    """The scene of frames taken at `times`.

    Pool: half width (W f/2) √(1 − (ξ − 0.15)²/0.75) behind its widest place, ξ = distance behind the laser
    over L; its front lies 0.6 W ahead of the laser. `width_factor` is the group's f; f wanders by 6 %.
    """
    frames = len(times)
    centre = JITTER_M * rng.standard_normal((frames, 2))
    seen = width_factor * np.exp(0.06 * ornstein_uhlenbeck(rng, frames, rate, 0.1))
    mouth = mouth_at(states, over_exposure(times, EXPOSURE_S, 4))
    width = seen * states.heat.pool_width_m.at(times)
    length = states.heat.pool_length_m.at(times)
    frame, place, light = _particles(states, times)
    return Scene(
        mouth_centre=centre,
        mouth_half=np.stack([mouth.half_length_m.mean(axis=1), mouth.half_width_m.mean(axis=1)], axis=1),
        pool_half_width=width / 2,
        pool_widest=-0.15 * length,
        pool_ahead=0.15 * length + 0.6 * width,
        pool_behind=np.sqrt(0.75) * length,
        spatter_frame=frame,
        spatter_place=place,
        spatter_light=light,
    )


def _particles(states: States, times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points along the streaks of the particles that were ejected in the 2 ms before each frame's end."""
    spatter = states.spatter
    order = np.argsort(spatter.time_s, kind="stable")
    ejected = spatter.time_s[order]
    end = times + EXPOSURE_S / 2
    first, last = np.searchsorted(ejected, end - FLIGHT_S), np.searchsorted(ejected, end)
    count = last - first
    frame = np.repeat(np.arange(len(times)), count)
    particle = order[np.arange(count.sum()) + np.repeat(first - np.cumsum(count) + count, count)]
    instants = over_exposure(times[frame], EXPOSURE_S, STREAK_POINTS)
    flown = np.maximum(instants - spatter.time_s[particle, None], 0)
    distance = (spatter.speed_m_s * np.cos(spatter.elevation))[particle, None] * flown
    azimuth = spatter.azimuth[particle, None]
    place = np.stack([distance * np.cos(azimuth), distance * np.sin(azimuth)], axis=-1)
    size = np.clip((spatter.diameter_m[particle] / 90e-6) ** 2, 0.2, 3.0)
    light = np.repeat(0.5 * size, STREAK_POINTS)
    return np.repeat(frame, STREAK_POINTS), place.reshape(-1, 2), light


def inside_pool(scene: Scene) -> np.ndarray:
    """Distance (frames, 64, 64) in m from the pool's outline, about; positive inside."""
    along = ALONG_M - scene.pool_widest[:, None]
    half = np.where(along > 0, scene.pool_ahead[:, None], scene.pool_behind[:, None])
    across = ACROSS_M / _positive(scene.pool_half_width)[:, None]
    return _inside(along / _positive(half), across, scene.pool_half_width)


def inside_mouth(scene: Scene, rows: slice = slice(None), columns: slice = slice(None)) -> np.ndarray:
    """Distance in m from the mouth's outline, about, in these rows and columns; positive inside."""
    half = _positive(scene.mouth_half)
    along = (ALONG_M[columns] - scene.mouth_centre[:, :1]) / half[:, :1]
    across = (ACROSS_M[rows] - scene.mouth_centre[:, 1:]) / half[:, 1:]
    return _inside(along, across, scene.mouth_half[:, 1])


def _positive(size: np.ndarray) -> np.ndarray:
    return np.maximum(size, 1e-9)


def _inside(along: np.ndarray, across: np.ndarray, half_width: np.ndarray) -> np.ndarray:
    squares = (along**2).astype(np.float32)[:, None, :] + (across**2).astype(np.float32)[:, :, None]
    reach = half_width.astype(np.float32)[:, None, None]
    return reach * (1 - np.sqrt(squares, out=squares))


def spatter_light(scene: Scene) -> np.ndarray:
    """Light (frames, 64, 64) of the particles: blobs of 3 × 3 pixels along their streaks."""
    light = np.zeros((len(scene), PIXELS + 2, PIXELS + 2), np.float32)
    place = np.round(scene.spatter_place / PIXEL_M + SPOT).astype(int)
    visible = ((place >= 0) & (place < PIXELS)).all(axis=1)
    column, row = place[visible].T
    frame, strength = scene.spatter_frame[visible], scene.spatter_light[visible].astype(np.float32)
    for down in range(3):
        for right in range(3):
            np.maximum.at(light, (frame, row + down, column + right), BLOB[down, right] * strength)
    return light[:, 1:-1, 1:-1]


def masks(scene: Scene) -> Masks:
    """The true pixels of mouth, pool (without mouth) and spatter of every frame of a scene."""
    mouth = inside_mouth(scene) > 0
    return Masks(mouth, (inside_pool(scene) > 0) & ~mouth, spatter_light(scene) > SEEN_AS_SPATTER)
