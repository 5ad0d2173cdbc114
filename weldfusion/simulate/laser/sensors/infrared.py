"""Radiance frames of an off-axis infrared camera at 3.9 µm that moves with the head.

The temperature is a quasi-steady field in units of the pool; its isotherm at the melting point is as wide
and as long as the pool. Emissivity is the main error of thermography (J. Imaging 2023, 9, 198): it differs
between melt and plate, between groups and where oil has been burnt. Full scale is the nominal signal of the
solid at its melting point, so the front of the pool saturates. Levels are our choice.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.laser.material import AL_6061, Material
from weldfusion.simulate.laser.sensors.camera_scene import over_exposure
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.random_signals import ornstein_uhlenbeck
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 50
EXPOSURE_S = 2e-3
ROWS, COLUMNS = 48, 96
PIXEL_M = 150e-6
SPOT_COLUMN = 72
AMBIENT_K = 300.0
SECOND_RADIATION_UM_K = 14_388.0
WAVELENGTH_UM = 3.9
MUSHY_K = 10.0
SOOT = 0.30
SPILL = 0.02
RELATIVE_NOISE, NOISE = 0.01, 0.004
BAD_PIXELS = 3
BEHIND_M = (SPOT_COLUMN - np.arange(COLUMNS)) * PIXEL_M
ASIDE_M = (np.arange(ROWS // 2) + 0.5) * PIXEL_M


@dataclass(frozen=True)
class Setup:
    """Factors on the emissivity and on the width of the pool as seen, seed of the detector's fixed pattern,
    factor on the noise."""

    emissivity_factor: float
    width_factor: float
    detector: int
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Emissivity 12 % by session, 6 % by workpiece; width of the pool as for the coaxial camera."""
    return Setup(
        emissivity_factor=groups.factor("infrared emissivity", session=0.12, workpiece=0.06),
        width_factor=groups.factor("pool width", session=0.08, workpiece=0.06),
        detector=round(abs(groups.uniform("machine", "infrared detector")) * 2**32),
        noise=noise,
    )


def temperature(states: States, width_factor: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Surface temperature (K; frames, 24 rows from the seam outwards, 96 columns), float32.

    T = T_0 + (T_m − T_0) min(1.9, 1.05/ρ^0.8) with ρ² = 1.11 (s/L)² behind the laser or 9 (s/L)² ahead of it
    + 1.11 (2y/(W f))² + 0.02. What lies s behind the laser is as hot as width and length were s/V ago.
    """
    passed = times[:, None] - np.maximum(BEHIND_M, 0) / states.speed_m_s
    length = np.maximum(states.heat.pool_length_m.at(passed), 1e-6)
    half_width = np.maximum(states.heat.pool_width_m.at(passed) * width_factor[:, None] / 2, 1e-6)
    along = np.where(BEHIND_M > 0, 1.11, 9.0) * (BEHIND_M / length) ** 2 + 0.02
    across = (1.11 / half_width**2).astype(np.float32)
    squares = across[:, None, :] * (ASIDE_M**2).astype(np.float32)[:, None]
    squares += along.astype(np.float32)[:, None, :]
    rise = np.log(squares, out=squares)
    rise *= -0.4
    np.exp(rise, out=rise)
    rise *= 1.05
    np.minimum(rise, 1.9, out=rise)
    rise *= states.material.liquid.melting_rise_k
    rise += AMBIENT_K
    return rise


def emissivity(states: States, temperature_k: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Emissivity of every pixel: the melt's above the melting point; soot raises it ahead of the pool."""
    radiation = states.material.radiation
    ahead = times[:, None] - BEHIND_M / states.speed_m_s
    soot = np.where(BEHIND_M < 0, SOOT * np.clip(states.film.oil.at(ahead), 0, 1), 0)
    solid = (radiation.solid * (1 + soot)).astype(np.float32)[:, None, :]
    molten = (temperature_k - melting_point(states.material)) * np.float32(1 / MUSHY_K)
    molten = 1 / (1 + np.exp(-np.clip(molten, -60, 60, out=molten)))
    return solid + (radiation.liquid - solid) * molten


def melting_point(material: Material) -> float:
    """Melting point (K)."""
    return AMBIENT_K + material.liquid.melting_rise_k


def radiance(
    temperature_k: np.ndarray, emissivity: np.ndarray | float, material: Material = AL_6061
) -> np.ndarray:
    """Signal by Wien's law, ε c exp(−c₂/(λ T)) with c so that the solid at its melting point gives 1.

    >>> signal = radiance(np.array([900.0, 922.0]), 0.22)
    >>> signal.round(3).tolist(), brightness_temperature(signal, 0.22).round(6).tolist()
    ([0.907, 1.0], [900.0, 922.0])
    """
    inverse = 1 / melting_point(material) - 1 / temperature_k
    return emissivity / material.radiation.solid * np.exp(SECOND_RADIATION_UM_K / WAVELENGTH_UM * inverse)


def brightness_temperature(
    signal: np.ndarray, emissivity: np.ndarray | float, material: Material = AL_6061
) -> np.ndarray:
    """Temperature (K) of a signal below full scale for a known emissivity: the inverse of `radiance`."""
    level = np.log(signal * material.radiation.solid / emissivity)
    return 1 / (1 / melting_point(material) - level * WAVELENGTH_UM / SECOND_RADIATION_UM_K)


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Frames (time, 48, 96) float16 of 0 … 1; a drop-out repeats the last good frame."""
    times = clock.times(states.duration_s)
    wander = np.exp(0.06 * ornstein_uhlenbeck(rng, len(times), clock.rate, 0.1))
    hot = temperature(states, setup.width_factor * wander, times)
    half = radiance(hot, setup.emissivity_factor * emissivity(states, hot, times), states.material)
    spill = SPILL * states.keyhole.plume.at(over_exposure(times, EXPOSURE_S, 20)).mean(axis=1)
    half += spill.astype(np.float32)[:, None, None]
    frames = np.concatenate([half[:, ::-1], half], axis=1)
    sensitivity, bad, stuck = _detector(setup)
    frames *= sensitivity
    deviation = setup.noise * rng.standard_normal(frames.shape, np.float32)
    deviation *= RELATIVE_NOISE * frames + NOISE
    frames += deviation
    np.clip(frames, 0, 1, out=frames)
    frames[:, bad[0], bad[1]] = stuck
    frames = frames.astype(np.float16)
    hold(np.moveaxis(frames, 0, -1), times, dropouts)
    return frames


def _detector(setup: Setup) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Relative sensitivity (1 %) of the pixels, place and value of the three bad ones: the camera's own."""
    rng = np.random.Generator(np.random.PCG64(setup.detector))
    pattern = 1 + 0.01 * setup.noise * rng.standard_normal((ROWS, COLUMNS))
    place = np.unravel_index(rng.choice(ROWS * COLUMNS, BAD_PIXELS, replace=False), (ROWS, COLUMNS))
    return pattern.astype(np.float32), (place[0], place[1]), rng.random(BAD_PIXELS)


def modality() -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "infrared",
        "image_sequence",
        timed=True,
        rate=Fraction(RATE),
        channels=("radiance",),
        column="infrared",
        reader={"images": "grey"},
        size=(ROWS, COLUMNS),
        description="off-axis infrared camera at 3.9 µm, 150 µm per pixel, 2 ms exposure; radiance over full "
        "scale, the laser at column 72, the weld travels to the right",
    )
