"""What the camera beside the torch sees when the arc is out: plate, groove, pool, wire, bead and haze."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

FIELD_M = 12.8e-3
AHEAD_M = 4.0e-3
GROOVE_M = 1.4e-3
WIRE_M = 0.6e-3
HOLE_M = 0.45e-3
SHARPEST_M = 0.06e-3
GRAINS = 16


@dataclass(frozen=True)
class View:
    """Pixels a side, scale (1: the field is 12.8 mm wide), aim along and across the seam (m), blur (m)."""

    pixels: int
    scale: float
    along_m: float
    across_m: float
    blur_m: float

    def axes(self) -> tuple[np.ndarray, np.ndarray]:
        """Places (m) of columns along the seam, from the wire forward, and of rows across it."""
        places = FIELD_M * self.scale * ((np.arange(self.pixels, dtype=np.float32) + 0.5) / self.pixels)
        along = places - FIELD_M * self.scale + AHEAD_M + self.along_m
        return along, places - FIELD_M * self.scale / 2 + self.across_m


@dataclass(frozen=True)
class Seen:
    """The scene in every frame, arrays (frames,).

    `on` 1 while welding; `ahead_gap_m` root gap before the pool; `width_m`, `length_m` of the pool; `hole`
    brightness lost where the root is open; `sag_m`; `drop_m`, how far the reflection on the surface moved;
    `glare` of the arc that went out; `haze` 0 … 1.
    """

    on: np.ndarray
    ahead_gap_m: np.ndarray
    width_m: np.ndarray
    length_m: np.ndarray
    hole: np.ndarray
    sag_m: np.ndarray
    drop_m: np.ndarray
    glare: np.ndarray
    haze: np.ndarray


def light(seen: Seen, part: slice, view: View, rng: np.random.Generator) -> np.ndarray:
    """Light (frames, pixels, pixels) float32 of the frames of one triple, before gain and noise of the
    pixels; they share the texture of the plate."""
    x, y = view.axes()
    plate = np.float32(0.20) * (1 + np.float32(0.10) * _texture(rng, view.pixels))
    frames = np.stack([_frame(seen, k, plate, x, y) for k in range(part.start, part.stop)])
    blur = np.hypot(SHARPEST_M, view.blur_m) / (FIELD_M * view.scale) * view.pixels
    return np.maximum(gaussian_filter(frames, (0, blur, blur), truncate=2.5), 0)


def _frame(seen: Seen, k: int, plate: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """One frame, sharp: what lies on top covers what is below."""
    width, length = seen.width_m[k], seen.length_m[k]
    front = 0.45 * width
    groove = np.clip(1 - np.abs(y) / GROOVE_M, 0, 1)
    picture = plate - np.float32(0.08) * groove[:, None] * (x > 0)
    gap = _step(seen.ahead_gap_m[k] / 2 - np.abs(y))
    picture -= np.float32(0.09) * gap[:, None] * (x > front - 0.5e-3)
    bead = _step(0.46 * width - np.abs(y))[:, None] * (x < 0)
    ripples = 1 + 0.25 * np.sin(2 * np.pi * (x[None] + 0.8 * np.abs(y[:, None])) / 0.9e-3)
    picture += bead * (0.10 * ripples - 0.04).astype(np.float32)
    if seen.on[k] > 0:
        picture = _with_pool(picture, seen, k, x, y, length, front)
    glow = np.exp(-((x / 2.5e-3) ** 2))[None] * np.exp(-((y / 2.5e-3) ** 2))[:, None]
    picture += np.float32(seen.glare[k] * seen.on[k]) * glow
    haze = np.float32(seen.haze[k] * seen.on[k])
    return picture * (1 - haze) + np.float32(0.30) * haze


def _with_pool(
    picture: np.ndarray, seen: Seen, k: int, x: np.ndarray, y: np.ndarray, length: float, front: float
) -> np.ndarray:
    half = seen.width_m[k] / 2
    along = np.where(x > 0, x / front, x / (length - front))
    inside = _step(half * (1 - np.sqrt(along[None] ** 2 + (y[:, None] / half) ** 2)))
    sunk = 0.12e3 * min(seen.sag_m[k], 2e-3) * np.exp(-((y / (0.5 * half)) ** 2))[:, None]
    bright = 0.45 - sunk + _reflection(x + 1.8e-3 + seen.drop_m[k], y - 0.3 * half)
    bright = bright - 0.30 * seen.hole[k] * _spot(x - front + 0.7e-3, y, HOLE_M)
    picture = picture + inside * (bright.astype(np.float32) - picture)
    wire = _step(WIRE_M - np.abs(x))[None] * (y < 0)[:, None]
    return picture + wire * (np.float32(0.10) - picture)


def _reflection(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A bright band on the surface that moves as the surface does."""
    return 0.25 * np.exp(-((x / 0.5e-3) ** 2))[None] * np.exp(-((y / 0.9e-3) ** 2))[:, None]


def _spot(x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    return np.exp(-((x / radius) ** 2))[None] * np.exp(-((y / (0.7 * radius)) ** 2))[:, None]


def _step(distance: np.ndarray) -> np.ndarray:
    """0 outside, 1 inside, linear over 0.1 mm."""
    return np.clip(distance / 0.1e-3 + 0.5, 0, 1).astype(np.float32)


def _texture(rng: np.random.Generator, pixels: int) -> np.ndarray:
    """Smooth random surface of about unit variance: grains, blended linearly."""
    grains = rng.standard_normal((GRAINS + 1, GRAINS + 1)).astype(np.float32)
    place = np.linspace(0, GRAINS, pixels, endpoint=False)
    left, weight = place.astype(int), (place % 1).astype(np.float32)
    rows = grains[left] * (1 - weight)[:, None] + grains[left + 1] * weight[:, None]
    return np.float32(1.5) * (rows[:, left] * (1 - weight) + rows[:, left + 1] * weight)
