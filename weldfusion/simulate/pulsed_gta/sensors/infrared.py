"""Radiance frames at 3.9 µm of pool tail and bead by a camera that moves with the torch; float16.

A quasi-steady field whose isotherm at the melting point is, on a cold plate, as wide and as long as the pool;
as the plate warms up, all of it gets up to 80 K hotter. Behind the pool the temperature falls with 1/r as in
a thick plate, more slowly as in a thin one, where the pool is through; what lies s behind the torch is as hot
as it became s/V ago. Emissivity is the main error of thermography (J. Imaging 2023, 9, 198).
Full scale is the nominal signal of the solid at its melting point.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.pulsed_gta.pool import low_pass
from weldfusion.simulate.pulsed_gta.sensors.view import View, radius_in_pool
from weldfusion.simulate.pulsed_gta.states import States
from weldfusion.simulate.pulsed_gta.steel import (
    AMBIENT_K,
    EMISSIVITY_LIQUID,
    EMISSIVITY_SOLID,
    MELTING_K,
)
from weldfusion.simulate.random_signals import ornstein_uhlenbeck
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 10
FIELD_M, TORCH = 32e-3, 0.20
SECOND_RADIATION_UM_K, WAVELENGTH_UM = 14_388.0, 3.9
NOZZLE_M, NOZZLE_LIGHT = 6e-3, 0.06
HOTTEST = 1.5
THICK_FALL, THIN_FALL = 1.0, 0.55
MUSHY_K = 15.0
SPREAD_S = 1.0
RELATIVE_NOISE, NOISE = 0.01, 0.004
SURFACE_WANDER = 0.12


@dataclass(frozen=True)
class Setup:
    """Factor on the emissivity, factor on sizes as seen, share of the arc's light that strays into the
    picture, seed of the detector's fixed pattern, side of the picture (pixels), factor on the noise."""

    emissivity_factor: float
    scale: float
    stray: float
    detector: int
    pixels: int
    noise: float


def setup(groups: Groups, noise: float, pixels: int) -> Setup:
    """Emissivity 2 % by session and 1 % by workpiece, scale 1 % by machine and 2 % by session, stray light
    0.03 with 10 % by session."""
    return Setup(
        emissivity_factor=groups.factor("infrared emissivity", session=0.02, workpiece=0.01),
        scale=groups.factor("infrared scale", machine=0.01, session=0.02),
        stray=0.03 * groups.factor("infrared stray light", session=0.10),
        detector=round(abs(groups.uniform("machine", "infrared detector")) * 2**32),
        pixels=pixels,
        noise=noise,
    )


def temperature(
    states: States, times: np.ndarray, wander: np.ndarray, behind_m: np.ndarray, aside_m: np.ndarray
) -> np.ndarray:
    """Surface temperature (K; frames, rows, columns) float32: T₀ + (T_m − T₀) min(1.5, ρ^−p).

    ρ is the distance in units of the pool; p falls from 1.0 to 0.55 as heat flows as in a thin plate; T₀ is
    that of the plate, which warms up. Heat spreads within the plate and smooths what has passed over 1 s.
    """
    passed = np.maximum(behind_m, 0) / states.speed_m_s
    then = times[:, None] - passed
    radius = radius_in_pool(
        behind_m,
        aside_m,
        states.slow(states.pool.width_m, times) * wander,
        states.slow(states.pool.length_m, times) * wander,
    )
    rate, grid = states.pool.heat_w.rate, states.pool.heat_w.times
    heat, thin = (low_pass(c.values, rate, SPREAD_S) for c in (states.pool.heat_w, states.pool.thin))
    hotter = np.interp(then, grid, heat) / np.interp(times, grid, heat)[:, None]
    fall = THICK_FALL + (THIN_FALL - THICK_FALL) * np.interp(then, grid, thin)
    rise = np.exp(-fall.astype(np.float32)[:, :, None] * np.log(np.maximum(radius, 1e-3)))
    rise *= hotter.astype(np.float32)[:, :, None]
    ground = AMBIENT_K + states.slow(states.warmth_k, times).astype(np.float32)
    return ground[:, None, None] + (MELTING_K - AMBIENT_K) * np.minimum(rise, HOTTEST)


def emissivity(temperature_k: np.ndarray) -> np.ndarray:
    """Emissivity of solid or melt, 0.55 or 0.28, with a step of some 15 K at the melting point."""
    molten = (temperature_k - MELTING_K) * np.float32(1 / MUSHY_K)
    molten = 1 / (1 + np.exp(-np.clip(molten, -60, 60)))
    return EMISSIVITY_SOLID + (EMISSIVITY_LIQUID - EMISSIVITY_SOLID) * molten


def radiance(temperature_k: np.ndarray, emissivity: np.ndarray | float) -> np.ndarray:
    """Signal by Wien's law; the solid at its melting point gives 1.

    >>> float(radiance(np.array(1790.0), 0.55))
    1.0
    """
    inverse = 1 / MELTING_K - 1 / temperature_k
    return emissivity / EMISSIVITY_SOLID * np.exp(SECOND_RADIATION_UM_K / WAVELENGTH_UM * inverse)


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Frames (time, height, width) float16 of 0 … 1; a drop-out repeats the last good frame."""
    times = clock.times(states.duration_s)
    view = View(setup.pixels, FIELD_M, TORCH)
    behind, aside = view.behind_m(setup.scale), view.aside_m(setup.scale)[setup.pixels // 2 :]
    wander = np.exp(SURFACE_WANDER * ornstein_uhlenbeck(rng, len(times), clock.rate, 0.3))
    hot = temperature(states, times, wander, behind, aside)
    half = radiance(hot, setup.emissivity_factor * emissivity(hot))
    squares = behind[:, None] ** 2 + aside**2
    stray = setup.stray * states.pulse.at(times) / 100.0
    half += stray.astype(np.float32)[:, None, None] * np.exp(-np.sqrt(squares) / 6e-3).astype(np.float32)
    nozzle = (squares < NOZZLE_M**2) & (behind < 0.5e-3)[:, None]
    half = np.where(nozzle, np.float32(NOZZLE_LIGHT), half).astype(np.float32)
    frames = np.concatenate([half[:, :, ::-1], half], axis=2)
    frames *= _sensitivity(setup)
    frames += setup.noise * rng.standard_normal(frames.shape, np.float32) * (RELATIVE_NOISE * frames + NOISE)
    frames = np.clip(frames, 0, 1).astype(np.float16)
    hold(np.moveaxis(frames, 0, -1), times, dropouts)
    return frames


def _sensitivity(setup: Setup) -> np.ndarray:
    """Relative sensitivity (1 %) of the pixels: the camera's own."""
    rng = np.random.Generator(np.random.PCG64(setup.detector))
    pattern = 1 + 0.01 * setup.noise * rng.standard_normal((setup.pixels, setup.pixels))
    return pattern.astype(np.float32)


def modality(pixels: int) -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "infrared",
        "image_sequence",
        timed=True,
        rate=Fraction(RATE),
        channels=("radiance",),
        column="infrared",
        reader={"images": "grey"},
        size=(pixels, pixels),
        description=f"infrared camera at 3.9 µm that moves with the torch, {1e3 * FIELD_M:g} mm square; "
        "radiance over full scale; the weld travels up, the nozzle hides what lies ahead of the arc",
    )
