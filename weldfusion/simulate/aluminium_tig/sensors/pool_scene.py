"""What lies before the pool camera in each picture: electrode, arc, pool, bead and groove, and their masks.

The camera is fixed to the torch, behind it and above: the seam runs from top (ahead) to bottom (behind), the
electrode comes in from the top edge. Lengths are in mm on the plate; the origin is below the electrode's tip.
All shapes are our choice.
"""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.aluminium_tig.states import States, held
from weldfusion.simulate.random_signals import ornstein_uhlenbeck

FIELD_MM = 22.4
TIP_ROW = 0.30
FORESHORTENED = 0.75
ELECTRODE_HALF_MM, TIP_HALF_MM, TAPER = 1.6, 0.5, 0.27
ARC_MM, ARC_HALF_MM = (0.0, 0.9), (2.1, 1.2)
POOL_FRONT_MM = 0.2
DRIFT = 0.8
REFLECTED = (1.2, 4.6)
SHAKE_PX, WOBBLE_PX = 1.0, 2.0


@dataclass(frozen=True)
class View:
    """How the camera stands: pixels a side, mm a pixel, place of the electrode's tip (pixels right of the
    middle, below 0.30 of the height), lean of the electrode (mm aside a mm)."""

    pixels: int
    mm_per_px: float
    tip_px: tuple[float, float]
    lean: float


@dataclass(frozen=True)
class Scene:
    """Geometry of every picture; arrays over pictures, mm unless told.

    `shake_px` (pictures, 2) of the camera and `wobble_px` of the electrode in it (right, down); `pool_x` of
    the pool's middle, `joint_x` of the joint, `width`, `length` (as seen) and `sag` over the thickness of the
    pool; `bead_x`, `bead_half` (pictures, pixels) for each row; `hilo`, `film`, `place` on the seam;
    `groove_half`, one number.
    """

    shake_px: np.ndarray
    wobble_px: np.ndarray
    pool_x: np.ndarray
    joint_x: np.ndarray
    width: np.ndarray
    length: np.ndarray
    sag: np.ndarray
    bead_x: np.ndarray
    bead_half: np.ndarray
    hilo: np.ndarray
    film: np.ndarray
    place: np.ndarray
    groove_half: float

    def __len__(self) -> int:
        return len(self.width)


@dataclass(frozen=True)
class Masks:
    """Pixels (…, height, width) bool: the electrode, the saturated arc below it, the pool outside both, and
    what the pool mirrors of the electrode (a part of the pool)."""

    electrode: np.ndarray
    arc: np.ndarray
    pool: np.ndarray
    reflection: np.ndarray


def draw_scene(
    states: States, view: View, width_factor: float, times: np.ndarray, rng: np.random.Generator
) -> Scene:
    """The scene of pictures taken at `times` (s); `width_factor` is the group's, of the pool as it is seen.

    The torch stands still in the picture. With the torch beside the joint, the joint lies on the other side,
    and the pool is drawn towards it by 0.8 of the way.
    """
    count = len(times)
    shake = SHAKE_PX * view.pixels / 224 * rng.standard_normal((count, 2))
    wobble = WOBBLE_PX * view.pixels / 224 * rng.standard_normal((count, 2))
    flutter = width_factor * np.exp(0.05 * ornstein_uhlenbeck(rng, count, 1.0, 2.0))
    joint = -held(states.joint.offset_mm, times)
    width = flutter * held(states.pool.width_mm, times)
    behind = rows_mm(view) / FORESHORTENED
    place = held(states.drive.place_mm, times)
    half, aside = _along(states, place[:, None] - behind, width_factor)
    return Scene(
        shake_px=shake,
        wobble_px=wobble,
        pool_x=DRIFT * joint,
        joint_x=joint,
        width=width,
        length=FORESHORTENED * flutter * held(states.pool.length_mm, times),
        sag=held(states.pool.sag_mm, times) / states.plate_mm,
        bead_x=aside,
        bead_half=half,
        hilo=held(states.joint.hilo_mm, times),
        film=held(states.joint.film, times),
        place=place,
        groove_half=states.groove_half_mm,
    )


def _along(states: States, places: np.ndarray, width_factor: float) -> tuple[np.ndarray, np.ndarray]:
    """Half width of the bead and its place aside at places (mm) on the seam."""
    at = states.drive.place_mm.values
    half = np.interp(places, at, states.pool.width_mm.values / 2)
    aside = np.interp(places, at, -DRIFT * states.joint.offset_mm.values)
    return (width_factor * half).astype(np.float32), aside.astype(np.float32)


def rows_mm(view: View) -> np.ndarray:
    """Where the rows of a still picture lie (mm behind the electrode)."""
    return (np.arange(view.pixels) - TIP_ROW * view.pixels - view.tip_px[1]) * view.mm_per_px


def grid(view: View, scene: Scene, picture: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns (1, width) and rows (height, 1) of one picture in mm, float32."""
    right, down = scene.shake_px[picture]
    columns = np.arange(view.pixels) - (view.pixels - 1) / 2 - view.tip_px[0] - right
    rows = rows_mm(view) - down * view.mm_per_px
    x = (columns * view.mm_per_px).astype(np.float32)
    return x[None, :], rows.astype(np.float32)[:, None]


def in_electrode(x: np.ndarray, y: np.ndarray, view: View, wobble_px: np.ndarray) -> np.ndarray:
    """Distance (mm) inside the electrode's outline: a rod, its cone and a rounded tip."""
    right_mm, down_mm = (float(some) * view.mm_per_px for some in wobble_px)
    down = y - down_mm
    aside = np.abs(x - right_mm - view.lean * down)
    return np.minimum(cone_half(down) - aside, -down)


def cone_half(down: np.ndarray) -> np.ndarray:
    """Half width of the electrode `-down` mm above its tip.

    >>> cone_half(np.array([-10.0, 0.0])).round(6).tolist()
    [1.6, 0.5]
    """
    return np.clip(TIP_HALF_MM - TAPER * down, 0, ELECTRODE_HALF_MM)


def in_arc(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Distance (mm), about, inside the cap of the arc."""
    return _ellipse(x - ARC_MM[0], y - ARC_MM[1], ARC_HALF_MM[0], ARC_HALF_MM[1])


def in_pool(x: np.ndarray, y: np.ndarray, scene: Scene, picture: int) -> np.ndarray:
    """Distance (mm), about, inside the pool; hi-lo turns it by 5° a mm."""
    half = float(scene.length[picture]) / 2
    aside, down = x - float(scene.pool_x[picture]), y - POOL_FRONT_MM - half
    turn = float(np.radians(5.0 * scene.hilo[picture]))
    return _ellipse(aside + turn * down, down - turn * aside, float(scene.width[picture]) / 2, half)


def in_reflection(x: np.ndarray, y: np.ndarray, view: View, wobble_px: np.ndarray) -> np.ndarray:
    """Distance (mm) inside what a level pool mirrors of the electrode: its cone upside down, shortened."""
    right_mm, down_mm = (float(some) * view.mm_per_px for some in wobble_px)
    down = y - down_mm
    aside = np.abs(x - right_mm + view.lean * down)
    length = np.minimum(down - REFLECTED[0], REFLECTED[1] - down)
    return np.minimum(0.8 * cone_half(-down) - aside, length)


def _ellipse(x: np.ndarray, y: np.ndarray, half_x: float, half_y: float) -> np.ndarray:
    return min(half_x, half_y) * (1 - np.sqrt((x / half_x) ** 2 + (y / half_y) ** 2))


def masks(scene: Scene, view: View, picture: int) -> Masks:
    """The true pixels (height, width) of one picture."""
    x, y = grid(view, scene, picture)
    electrode = in_electrode(x, y, view, scene.wobble_px[picture]) > 0
    arc = (in_arc(x, y) > 0) & ~electrode
    pool = (in_pool(x, y, scene, picture) > 0) & ~electrode & ~arc
    return Masks(electrode, arc, pool, pool & (in_reflection(x, y, view, scene.wobble_px[picture]) > 0))
