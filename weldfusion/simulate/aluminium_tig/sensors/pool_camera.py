"""Grey pictures of electrode and melt pool, one a second, 8 bit.

Levels are our choice; the true pixels of electrode, arc, pool and reflection come from `masks`.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

from weldfusion.data.card import Modality
from weldfusion.simulate.aluminium_tig.sensors import pool_scene
from weldfusion.simulate.aluminium_tig.sensors.pool_scene import FIELD_MM, Masks, Scene, View
from weldfusion.simulate.aluminium_tig.states import States
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 1
PICTURE_PX = 224
SHOT, READ = 0.12, 1.0
PLATE, CLEANED, BEAD, POOL, ARC = 36.0, 7.0, 44.0, 84.0, 420.0
FLICKER = 0.05
RIPPLE_MM = 1.1


@dataclass(frozen=True)
class Setup:
    """Where the camera stands (`pool_scene.View`, in its fields), gain, blur (pixels), factor on the width of
    the pool as seen, dullness of the metal without film, contrast of the groove, factor on the noise."""

    picture_px: int
    mm_per_px: float
    tip_right_px: float
    tip_down_px: float
    lean: float
    gain: float
    blur_px: float
    width_factor: float
    dull: float
    groove: float
    noise: float

    @property
    def view(self) -> View:
        """How the camera stands."""
        return View(self.picture_px, self.mm_per_px, (self.tip_right_px, self.tip_down_px), self.lean)


def setup(groups: Groups, noise: float, picture_px: int = PICTURE_PX) -> Setup:
    """Stand-off, gain and blur by machine and session; electrode, pool and metal by session or workpiece."""
    per_px = picture_px / 224
    return Setup(
        picture_px=picture_px,
        mm_per_px=FIELD_MM / picture_px * groups.factor("stand-off", machine=0.03, session=0.03),
        tip_right_px=4.0 * per_px * groups.normal("session", "tip right"),
        tip_down_px=4.0 * per_px * groups.normal("session", "tip down"),
        lean=0.05 * groups.normal("session", "lean"),
        gain=groups.factor("camera gain", machine=0.12, session=0.08),
        blur_px=0.5 * per_px + per_px * abs(groups.uniform("machine", "camera blur")),
        width_factor=groups.factor("pool width", session=0.05, workpiece=0.03),
        dull=0.12 * groups.factor("metal", session=0.5, workpiece=0.3),
        groove=groups.factor("groove contrast", session=0.4),
        noise=noise,
    )


def times_of(states: States, clock: Clock) -> np.ndarray:
    """Weld time (s) of every picture; the last one is taken a period after the others of a record would be,
    so that its period holds the end of the weld."""
    return clock.times(states.duration_s + 0.5 / clock.rate)


def scene(states: States, setup: Setup, clock: Clock, rng: np.random.Generator) -> Scene:
    """What lies before the camera; `rng` as given to `record` gives the recording's scene."""
    return pool_scene.draw_scene(states, setup.view, setup.width_factor, times_of(states, clock), rng)


def masks(
    states: States, setup: Setup, clock: Clock, rng: np.random.Generator, time_s: float | None = None
) -> Masks:
    """True pixels (pictures, height, width) in a recording made with the same arguments.

    With `time_s` (weld time) only those of the nearest picture. A held picture of a drop-out shows an earlier
    scene than its mask.
    """
    seen = scene(states, setup, clock, rng)
    if time_s is not None:
        nearest = int(np.abs(times_of(states, clock) - time_s).argmin())
        return pool_scene.masks(seen, setup.view, nearest)
    each = [pool_scene.masks(seen, setup.view, picture) for picture in range(len(seen))]
    return Masks(*(np.stack([getattr(one, name) for one in each]) for name in vars(each[0])))


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Pictures (time, height, width) uint8; a drop-out repeats the last good one."""
    seen = scene(states, setup, clock, rng)
    frames = np.empty((len(seen), setup.picture_px, setup.picture_px), np.uint8)
    for picture in range(len(seen)):
        grey = setup.gain * (1 + FLICKER * rng.uniform(-1, 1)) * light(seen, setup, picture, rng)
        grey = np.maximum(gaussian_filter(grey, setup.blur_px), 0)
        spread = setup.noise * np.sqrt(SHOT**2 * grey + READ**2)
        grey += spread * rng.standard_normal(grey.shape, np.float32)
        frames[picture] = np.clip(np.rint(grey), 0, 255)
    hold(np.moveaxis(frames, 0, -1), times_of(states, clock), dropouts)
    return frames


def light(seen: Scene, setup: Setup, picture: int, rng: np.random.Generator) -> np.ndarray:
    """Light (height, width) float32 of one picture before gain, blur and noise."""
    view, wobble = setup.view, seen.wobble_px[picture]
    x, y = pool_scene.grid(view, seen, picture)
    film = min(setup.dull + float(seen.film[picture]), 1.0)
    grains = _grains(rng, view.pixels)
    total = _plate(seen, setup, picture, x, y, film)
    total = _over(total, _bead(seen, picture, x, y, film) + grains, _behind(seen, picture, x, y))
    inside = pool_scene.in_pool(x, y, seen, picture)
    surface = _surface(seen, picture, x, y, film) + (2.5 + 30 * film**2) * grains
    mirrored = _step(pool_scene.in_reflection(x, y, view, wobble), 0.12)
    surface = surface + 14 * (1 - 0.6 * film) * mirrored
    total = _over(total, surface, _step(inside, 0.08))
    total += 20 * (1 - film) * np.exp(-((inside / 0.25) ** 2))
    total = total - _specks(seen, picture, x, y, film, rng)
    total += 16 * np.exp(-((x / 3.5) ** 2) - ((y - 0.8) / 3.0) ** 2)
    total += (ARC - total) * _step(pool_scene.in_arc(x, y), 0.10)
    rod = 168 + 70 * np.exp(np.minimum(y, 0) / 1.5)
    return _over(total, rod, _step(pool_scene.in_electrode(x, y, view, wobble), 0.06))


def _plate(seen: Scene, setup: Setup, picture: int, x: np.ndarray, y: np.ndarray, film: float) -> np.ndarray:
    """Plates with groove, lighter where the arc has cleaned them of oxide; the higher one is lighter."""
    joint, hilo = float(seen.joint_x[picture]), float(seen.hilo[picture])
    edges = sum(np.exp(-(((x - joint - side * seen.groove_half) / 0.18) ** 2)) for side in (-1, 1))
    higher = 1 + 0.10 * hilo * np.tanh(x - joint)
    half = seen.bead_half[picture][:, None] + max(2.2 - 2.4 * film, 0.3)
    cleaned = _step(half - np.abs(x - seen.bead_x[picture][:, None]), 0.5) * _step(y + 2.0, 0.4)
    return (PLATE - 7 * setup.groove * edges) * higher + CLEANED * (1 - 0.5 * film) * cleaned


def _bead(seen: Scene, picture: int, x: np.ndarray, y: np.ndarray, film: float) -> np.ndarray:
    """The solidified weld with ripples bent backwards."""
    aside = (x - seen.bead_x[picture][:, None]) / seen.bead_half[picture][:, None]
    behind = float(seen.place[picture] % RIPPLE_MM) - (y + 0.8 * aside**2) / pool_scene.FORESHORTENED
    return BEAD - 5 * film + 2.5 * np.cos(2 * np.pi * behind / RIPPLE_MM) * (1 - 0.5 * film)


def _behind(seen: Scene, picture: int, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Where the bead is: within its width, behind the pool's middle."""
    within = seen.bead_half[picture][:, None] - np.abs(x - seen.bead_x[picture][:, None])
    middle = pool_scene.POOL_FRONT_MM + float(seen.length[picture]) / 2
    return _step(within, 0.08) * _step(y - middle, 0.3)


def _surface(seen: Scene, picture: int, x: np.ndarray, y: np.ndarray, film: float) -> np.ndarray:
    """The pool mirrors the arc, less under film; sagging melt is hollow and dark in its middle."""
    width, length = float(seen.width[picture]), float(seen.length[picture])
    aside = (x - float(seen.pool_x[picture])) / (0.3 * width)
    middle = pool_scene.POOL_FRONT_MM + 0.6 * length
    hollow = np.exp(-(aside**2) - ((y - middle) / (0.3 * length)) ** 2)
    shine = 14 * (1 - 0.7 * film) * np.exp(-(((y - 1.5) / 2.5) ** 2))
    return POOL - 20 * film + shine - 20 * min(float(seen.sag[picture]), 1.2) * hollow


def _specks(
    seen: Scene, picture: int, x: np.ndarray, y: np.ndarray, film: float, rng: np.random.Generator
) -> np.ndarray:
    """Dark specks of oxide that swim on the pool, the more film the more."""
    dark = np.zeros((y.shape[0], x.shape[1]), np.float32)
    for _ in range(rng.poisson(1 + 14 * max(film - 0.25, 0))):
        across, down, size = rng.uniform(-0.6, 0.6), rng.uniform(0.3, 0.9), rng.uniform(0.12, 0.35)
        at = float(seen.pool_x[picture] + across * seen.width[picture] / 2)
        behind = pool_scene.POOL_FRONT_MM + down * float(seen.length[picture])
        dark += 24 * np.exp(-(((x - at) / size) ** 2) - ((y - behind) / size) ** 2)
    return dark


def _over(below: np.ndarray, above: np.ndarray, share: np.ndarray) -> np.ndarray:
    return below + (above - below) * share


def _step(distance: np.ndarray, edge_mm: float) -> np.ndarray:
    """Smooth step over an outline: 0 outside, 1 inside."""
    return 1 / (1 + np.exp(np.clip(-distance / edge_mm, -40, 40)))


def _grains(rng: np.random.Generator, pixels: int) -> np.ndarray:
    """Smooth random surface of unit variance, in grains of about 0.4 mm."""
    coarse = rng.standard_normal((57, 57), np.float32)
    fine = zoom(coarse, pixels / 57, order=1, grid_mode=True, mode="nearest")
    return fine / fine.std()


def modality(picture_px: int = PICTURE_PX) -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "pool_camera",
        "image_sequence",
        timed=True,
        rate=Fraction(RATE),
        channels=("grey",),
        column="pool_camera",
        reader={"images": "grey"},
        size=(picture_px, picture_px),
        description="camera behind the torch, the electrode in view: it comes in from the top edge, the seam "
        "runs from top to bottom, what is welded lies below",
    )
