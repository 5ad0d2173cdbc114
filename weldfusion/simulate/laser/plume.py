"""What leaves the keyhole: vapour, plume light and spatter."""

from dataclasses import dataclass

import numpy as np

REFERENCE_POWER_W = 2e3


@dataclass(frozen=True)
class Spatter:
    """Particles of one weld: seconds, diameter (m), speed (m/s), azimuth and elevation (rad)."""

    time_s: np.ndarray
    diameter_m: np.ndarray
    speed_m_s: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray


def plume_brightness(absorbed_w: np.ndarray, opening: np.ndarray, open_root: np.ndarray) -> np.ndarray:
    """Brightness of the plume, relative: evaporation, less where vapour leaves by the root."""
    return (absorbed_w / REFERENCE_POWER_W) ** 1.2 * opening**0.7 * (1 - 0.35 * open_root)


def vapour_flow(absorbed_w: np.ndarray, opening: np.ndarray, open_root: np.ndarray) -> np.ndarray:
    """Vapour flow m through the mouth, relative: the source of the sound."""
    return (absorbed_w / REFERENCE_POWER_W) ** 1.1 * opening**0.8 * (1 - 0.3 * open_root)


def plume_temperature(
    keyhole_number: np.ndarray, wobble: np.ndarray, water: np.ndarray, oil: np.ndarray
) -> np.ndarray:
    """Temperature (K) of the plume: 5200 (Ke/60)^0.08 (1 − 0.05 water + 0.01 oil)(1 + 0.3 wobble).

    `wobble` is the relative fluctuation of the depth; the law is our choice.
    """
    return 5200 * (keyhole_number / 60) ** 0.08 * (1 - 0.05 * water + 0.01 * oil) * (1 + 0.3 * wobble)


def draw_spatter(
    instability: np.ndarray, mouth_dip: np.ndarray, rate: float, rng: np.random.Generator
) -> Spatter:
    """Poisson particles, 120 S (1 + 12 mouth dip) per second; no published rates were found for these."""
    chance = 120 * instability * (1 + 12 * mouth_dip) / rate
    times = np.flatnonzero(rng.random(len(chance)) < chance) / rate
    count = len(times)
    return Spatter(
        time_s=times,
        diameter_m=90e-6 * np.exp(0.5 * rng.standard_normal(count)),
        speed_m_s=2.0 * np.exp(0.5 * rng.standard_normal(count)),
        azimuth=rng.uniform(0, 2 * np.pi, count),
        elevation=np.deg2rad(rng.uniform(20, 70, count)),
    )
