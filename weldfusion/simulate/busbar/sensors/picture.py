"""One colour picture of the two seams of a pair after welding, the upper one upside down, and their outlines.

Both seams look alike once the upper half is mirrored. The camera looks straight down; one lamp stands aside,
so that slopes are shaded and the gap at the edge of the upper sheet throws a shadow.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from weldfusion.data.card import Modality
from weldfusion.simulate.busbar.sensors.bead_picture import draw_bead
from weldfusion.simulate.busbar.sensors.sheet_picture import draw_sheet
from weldfusion.simulate.busbar.sensors.view import ROWS_IN_WIDTH, View, view_of
from weldfusion.simulate.busbar.states import SeamStates
from weldfusion.simulate.groups import Groups

SHIFT_SD_M = 0.3e-3
WHITE = 112.0
SHOT, READ = 0.9, 1.5
SHARPEST_PX = 0.5
OUTLINED = 255


@dataclass(frozen=True)
class Setup:
    """Camera and lamp: gain, factors on red, green and blue, blur (pixels), how much brighter right and lower
    edge are than left and upper one; factors on shadows, on the bead's width, on smut and on the noise."""

    gain: float
    balance: tuple[float, float, float]
    blur_px: float
    lean: tuple[float, float]
    shadow: float
    width_factor: float
    smut: float
    noise: float


@dataclass(frozen=True)
class PairPicture:
    """The picture (2 rows, columns, 3) uint8, and for each seam the outline of its bead (rows, columns)
    uint8, upright: 255 inside, 0 outside. `shift_m`: how far the part lies off its place."""

    pixels: np.ndarray
    outlines: tuple[np.ndarray, ...]
    shift_m: tuple[float, float]


def setup(groups: Groups, noise: float) -> Setup:
    """Gain 12 %, colours 3 % and blur 0–1 pixel by machine, light by machine and session; width of the pool
    8 % by session, 6 % by workpiece; smut a factor of 1.5 by session and by workpiece."""
    balance = [groups.factor(f"picture {colour}", machine=0.03) for colour in ("red", "green", "blue")]
    lean = [0.10 * groups.normal("session", f"picture lean {axis}") for axis in ("along", "across")]
    return Setup(
        gain=groups.factor("picture gain", machine=0.12, session=0.04),
        balance=(balance[0], balance[1], balance[2]),
        blur_px=abs(groups.uniform("machine", "picture blur")),
        lean=(lean[0], lean[1]),
        shadow=groups.factor("picture shadow", machine=0.05, session=0.04),
        width_factor=groups.factor("pool width", session=0.08, workpiece=0.06),
        smut=groups.factor("smut", session=0.4, workpiece=0.4),
        noise=noise,
    )


def record(
    seams: Sequence[SeamStates],
    setup: Setup,
    columns: int,
    colour: tuple[float, float, float],
    rng: np.random.Generator,
) -> PairPicture:
    """The picture of a pair, `columns` wide and a third as high; `colour`: reflectance of the sheets."""
    shift = (SHIFT_SD_M * float(rng.standard_normal()), SHIFT_SD_M * float(rng.standard_normal()))
    view = view_of(seams[0].duration_s, columns, shift)
    (upper, first), (lower, second) = (_seam(states, view, setup, rng) for states in seams)
    light = np.concatenate([upper[::-1], lower])
    light *= _lamp(setup, light.shape)
    light = gaussian_filter(light, np.hypot(SHARPEST_PX, setup.blur_px))
    tint = setup.gain * np.array(colour) * np.array(setup.balance)
    grey = WHITE / 0.6 * light[..., None] * tint
    deviation = setup.noise * rng.standard_normal(grey.shape, np.float32)
    spread = np.sqrt(np.maximum(SHOT**2 * grey + READ**2, 0.0))
    seen = grey + deviation * spread
    return PairPicture(np.clip(np.rint(seen), 0, 255).astype(np.uint8), (first, second), shift)


def _seam(
    states: SeamStates, view: View, setup: Setup, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Light (rows, columns) of one upright seam and the outline of its bead."""
    bead = draw_bead(states, view, setup.width_factor, rng)
    sheet = draw_sheet(states, view, bead.off_m, setup.smut, setup.shadow, rng)
    light = sheet + bead.inside * (bead.light - sheet)
    return light, np.where(bead.inside > 0.5, OUTLINED, 0).astype(np.uint8)


def _lamp(setup: Setup, shape: tuple[int, ...]) -> np.ndarray:
    along, across = setup.lean
    right, down = np.linspace(-1, 1, shape[1]), np.linspace(-1, 1, shape[0])[:, None]
    vignette = 1 - 0.06 * (right**2 + down**2)
    return np.asarray(vignette * (1 + along * right + across * down))


def modality(columns: int) -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "picture",
        "image",
        timed=False,
        channels=("red", "green", "blue"),
        column="picture",
        size=(columns // ROWS_IN_WIDTH, columns),
        description="half of the picture taken after welding; that of the first seam is mirrored, so that "
        "both are alike: the weld travels to the right, the edge of the upper sheet lies below",
    )
