"""Two thermal pictures right after the current: from above and along the sheets.

The hot spot is a Gaussian; it cools with 80 ms until the camera is triggered. Expelled melt glows as streaks
until it has cooled. Emissivity is the main error of thermography (J. Imaging 2023, 9, 198); levels are ours.
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
from weldfusion.simulate.resistance_spot.states import FAYING, States

COOLING_S, GLOWING_S = 0.080, 0.40
ROOM_K, FULL_K = 300.0, 850.0


@dataclass(frozen=True)
class Setup:
    """Delay of the trigger (s), gain, emissivity of the sheet, blur (m), factor on the noise."""

    delay_s: float
    gain: float
    emissivity: float
    blur_m: float
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Trigger 40 ms ×/÷ 1.08 by session; gain 5 %, blur by machine; emissivity 5 and 4 %."""
    return Setup(
        delay_s=0.040 * groups.factor("infrared trigger", session=0.08),
        gain=groups.factor("infrared gain", machine=0.05),
        emissivity=groups.factor("emissivity", session=0.05, workpiece=0.04),
        blur_m=0.15e-3 + 0.10e-3 * abs(groups.uniform("machine", "infrared blur")),
        noise=noise,
    )


def record(states: States, setup: Setup, pixels: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Pictures (height, width) uint8 from above and along the sheets; 255 is a radiance as of 850 K."""
    field = Field(pixels)
    delay = setup.delay_s * float(np.exp(0.08 * rng.standard_normal()))
    left = np.exp(-delay / COOLING_S)
    return [
        _picture(_above(states, field, left, rng), _glow(states, field, delay, 0, rng), field, setup, rng),
        _picture(_along(states, field, left), _glow(states, field, delay, 1, rng), field, setup, rng),
    ]


def _above(states: States, field: Field, left: float, rng: np.random.Generator) -> np.ndarray:
    """Radiance of the upper sheet: hot zone, more of it where oxide raises the emissivity."""
    mark = states.mark
    x = field.x - mark.offset_m - 0.1e-3 * rng.standard_normal()
    distance = np.hypot(x, field.y - 0.1e-3 * rng.standard_normal())
    warmth = np.exp(-np.square(distance / mark.hot_radius_m))
    peak = ROOM_K + (mark.surface_k - ROOM_K) * left
    oxide = mark.oxide * inside(np.abs(distance - 1.1 * mark.hot_radius_m) - 0.5e-3, 0.2e-3)
    field_k = ROOM_K + (peak - ROOM_K) * warmth
    texture = 1 + 0.04 * grain(field, (0.1e-3, 0.8e-3), rng)
    return _radiance(field_k) * (1 + 0.35 * oxide) * texture


def _along(states: States, field: Field, left: float) -> np.ndarray:
    """Radiance seen at a grazing angle: a flat band of sheets, hottest at the faying surface, cold tips."""
    mark, height = states.mark, sum(states.sheets_m)
    x = field.x - mark.offset_m
    band = inside(np.abs(field.y) - 1.5 * height, 0.1e-3)
    warmth = np.exp(-np.square(x / mark.hot_radius_m) - np.square(field.y / (1.2 * height)))
    core = np.exp(-np.square(x / (0.5 * states.nugget_m + 0.4e-3)) - np.square(field.y / (0.4 * height)))
    inner = states.heat.temperature_k.values[-1] - ROOM_K
    field_k = ROOM_K + left * ((mark.surface_k - ROOM_K) * warmth + 0.22 * inner * core)
    tips = inside(np.abs(x) - 0.6 * mark.tip_m, 0.1e-3) * (1 - band)
    return _radiance(field_k) * band + 0.05 * tips + 0.02


def _radiance(kelvin: np.ndarray) -> np.ndarray:
    """Radiance over that of 850 K, by T⁴ (a long-wave camera sees between T and T⁴)."""
    return (kelvin**4 - ROOM_K**4) / (FULL_K**4 - ROOM_K**4)


def _glow(states: States, field: Field, delay_s: float, view: int, rng: np.random.Generator) -> np.ndarray:
    """Streaks of melt on its way or just landed; those of early expulsions are cold by now. From above
    melt from between the sheets is hidden but for what comes out at the rim; along the sheets all is seen."""
    spatter, expulsions = states.spatter, states.expulsions
    seen = rng.random(len(spatter))
    if not len(spatter):
        return np.zeros((field.pixels, field.pixels))
    kind = expulsions.kind[spatter.event]
    age = states.weld_s + delay_s - expulsions.time_s[spatter.event]
    level = np.exp(-age / GLOWING_S) * spatter.size_m / 0.20e-3
    chance = np.where(kind == FAYING, (0.25, 0.8)[view], (0.7, 0.5)[view])
    kept = (seen < chance) & (level > 0.03)
    across = np.where(kind == FAYING, 0.08, 1.0) if view else np.ones(len(spatter))
    way = np.stack([np.cos(spatter.direction_rad), across * np.sin(spatter.direction_rad)], axis=1)
    ends, starts = way * spatter.reach_m[:, None], way * (0.75 * spatter.reach_m[:, None])
    widths = 0.7 * spatter.size_m
    bright = np.zeros((field.pixels, field.pixels))
    for k in np.flatnonzero(kept):
        line = streaks(field, starts[k : k + 1], ends[k : k + 1], widths[k : k + 1])
        bright = np.maximum(bright, min(level[k], 1.0) * line)
    return bright


def _picture(
    radiance: np.ndarray, glow: np.ndarray, field: Field, setup: Setup, rng: np.random.Generator
) -> np.ndarray:
    light = setup.gain * (setup.emissivity * radiance + 0.8 * glow) + 0.04
    return digitised(blurred(light, setup.blur_m, field), setup.noise, rng)


def modality(pixels: int) -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "infrared",
        "image",
        timed=False,
        channels=("grey",),
        column="infrared",
        size=(pixels, pixels),
        description="thermal pictures about 40 ms after the current, from above and along the sheets; "
        "field 16 mm, linear in radiance",
    )
