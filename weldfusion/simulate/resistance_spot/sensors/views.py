"""Two colour photos of the finished weld, upper and lower side: mark of the tip, temper colours, spatter.

Temper colours follow the peak temperature of steel in air (straw from about 500 K to grey above 750 K;
handbook values for short times from memory); lamp, colours and textures are our choice.
"""

from dataclasses import dataclass

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.resistance_spot.sensors.picture import (
    Field,
    blurred,
    digitised,
    grain,
    inside,
    streaks,
)
from weldfusion.simulate.resistance_spot.states import Mark, States

TEMPER_K = (300.0, 480.0, 540.0, 590.0, 640.0, 760.0, 1200.0)
TEMPER_RGB = np.array(
    [
        [0.60, 0.61, 0.62],
        [0.60, 0.60, 0.60],
        [0.62, 0.55, 0.38],
        [0.45, 0.32, 0.38],
        [0.28, 0.33, 0.48],
        [0.38, 0.40, 0.42],
        [0.30, 0.30, 0.31],
    ]
)
SIDES = (1, -1)
COPPER_RGB = np.array([0.62, 0.42, 0.26])
COPPER_K, BRASS_K = 1040.0, 300.0


@dataclass(frozen=True)
class Setup:
    """Gain and balance of the colours, direction of the lamp (rad), blur (m), brushing and stains of the
    sheet, factor on the noise."""

    gain: float
    balance: tuple[float, float, float]
    lamp_rad: float
    blur_m: float
    brushing: float
    stains: float
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Exposure 4 and 5 %, white balance 4 % and lamp ± 30° by session, blur by machine, sheet by piece."""
    red, blue = (groups.factor(f"white balance {name}", session=0.04) for name in ("red", "blue"))
    return Setup(
        gain=groups.factor("exposure", machine=0.04, session=0.05),
        balance=(red, 1.0, blue),
        lamp_rad=0.8 + 0.5 * groups.uniform("session", "lamp"),
        blur_m=0.12e-3 + 0.12e-3 * abs(groups.uniform("machine", "view blur")),
        brushing=0.05 * groups.factor("brushing", workpiece=0.3),
        stains=0.25 * groups.factor("stains", workpiece=0.4),
        noise=noise,
    )


def record(states: States, setup: Setup, pixels: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Pictures (height, width, 3) uint8 of the upper and the lower side."""
    return [_side(states, setup, Field(pixels), side, rng) for side in SIDES]


def _side(states: States, setup: Setup, field: Field, side: int, rng: np.random.Generator) -> np.ndarray:
    mark = states.mark
    middle = 0.3e-3 * rng.standard_normal(2)
    x, y = field.x - middle[0], field.y - middle[1]
    colour = _tempered(states, x, y, side, rng)
    brushed = grain(field, (0.08e-3, 2.0e-3), rng)
    spots = inside(2.6 - grain(field, (0.25e-3, 0.25e-3), rng), 0.15)
    light = colour * (1 + setup.brushing * brushed)[..., None]
    light *= (1 - setup.stains * spots)[..., None]
    light *= (1 + _relief(mark.tip_m, mark.indentation_m, mark.lean * side, x, y, setup.lamp_rad))[..., None]
    bright = _spatter(states, field, side, rng)[..., None]
    light = light * (1 - 0.8 * bright) + 0.06 * bright
    seen = setup.gain * np.array(setup.balance) * blurred(light, setup.blur_m, field)
    return digitised(seen, setup.noise, rng)


def _tempered(
    states: States, x: np.ndarray, y: np.ndarray, side: int, rng: np.random.Generator
) -> np.ndarray:
    """Temper colours (height, width, 3) by the peak temperature that each place had."""
    mark = states.mark
    distance = np.hypot(x - mark.offset_m * side, y)
    peak = 300 + (mark.surface_k - 300) * np.exp(-np.square(distance / (1.1 * mark.hot_radius_m)))
    peak = 300 + (peak - 300) * mark.oxide * float(np.exp(0.06 * rng.standard_normal()))
    colour = np.stack([np.interp(peak, TEMPER_K, TEMPER_RGB[:, k]) for k in range(3)], axis=-1)
    return colour + _copper(mark, x, y)[..., None] * (COPPER_RGB - colour)


def _copper(mark: Mark, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Share of copper that the hot tip left on its face."""
    picked = float(np.clip((mark.surface_k - COPPER_K) / BRASS_K, 0, 0.8))
    return picked * inside(np.hypot(x, y) - 0.45 * mark.tip_m, 0.15e-3)


def _relief(
    tip_m: float, depth_m: float, lean: float, x: np.ndarray, y: np.ndarray, lamp_rad: float
) -> np.ndarray:
    """Shading of the indentation: its wall is bright towards the lamp, dark away from it; an inclined tip
    sinks in on one side."""
    radius = tip_m / 2
    distance = np.hypot(x, y * (1 + 0.3 * abs(lean)))
    wall = np.exp(-np.square((distance - radius) / 0.25e-3))
    towards = (x * np.cos(lamp_rad) + y * np.sin(lamp_rad)) / np.maximum(distance, 1e-6)
    uneven = np.clip(1 + 4.0 * lean * x / np.maximum(distance, 1e-6), 0, 3)
    polish = 0.10 * inside(distance - radius, 0.1e-3)
    return 3.5e3 * depth_m * wall * towards * uneven + polish


def _spatter(states: States, field: Field, side: int, rng: np.random.Generator) -> np.ndarray:
    """Whiskers and drops that stuck on a side."""
    spatter = states.spatter
    on = spatter.stuck == side
    way = np.stack([np.cos(spatter.direction_rad), np.sin(spatter.direction_rad)], axis=1)[on]
    reach = spatter.reach_m[on, None]
    long = rng.uniform(0.02, 0.4, (len(spatter), 1))[on]
    return streaks(field, way * reach * (1 - long), way * reach, spatter.size_m[on])


def modality(pixels: int) -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "views",
        "image",
        timed=False,
        channels=("red", "green", "blue"),
        column="views",
        size=(pixels, pixels),
        description="photos of the finished weld, upper and lower side; field 16 mm",
    )
