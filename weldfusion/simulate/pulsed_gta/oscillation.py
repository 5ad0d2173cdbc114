"""Oscillation of the pool's surface: three modes (Xiao and den Ouden, Welding Journal), rung by the current.

Bulk mode while the pool ends within the plate, sloshing about the moment it comes through, membrane mode when
it is through; the ties to partial, critical and complete penetration follow Zhang et al., Welding Journal
May 2017. Amplitudes and decay are our choice.
"""

import numpy as np
from scipy.signal import lfilter

RATE = 4_410
DECAY_S = 0.060
METRES_PER_AMPERE, AT_HZ = 4.0e-6, 185.0
STIRRED_M = 0.12e-3
BULK, SLOSHING, MEMBRANE = 5.84, 3.37, 1.08


def bulk_frequency(diameter_m: np.ndarray, kinematic_tension: float) -> np.ndarray:
    """Hz of the bulk mode of partial penetration, 5.84 (γ/ρ)^½ D^(−3/2).

    >>> round(float(bulk_frequency(np.array(6e-3), 1.5 / 6900)))
    185
    """
    return BULK * np.sqrt(kinematic_tension) * diameter_m**-1.5


def sloshing_frequency(diameter_m: np.ndarray, kinematic_tension: float) -> np.ndarray:
    """Hz of the sloshing mode, 3.37 (γ/ρ)^½ D^(−3/2)."""
    return SLOSHING * np.sqrt(kinematic_tension) * diameter_m**-1.5


def membrane_frequency(diameter_m: np.ndarray, plate_m: float, kinematic_tension: float) -> np.ndarray:
    """Hz of the membrane mode of complete penetration, 1.08 (γ/(ρ h))^½ D^(−1).

    >>> round(float(membrane_frequency(np.array(6e-3), 3e-3, 1.5 / 6900)))
    48
    """
    return MEMBRANE * np.sqrt(kinematic_tension / plate_m) / diameter_m


def ringing(drive: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """Response of a damped oscillator (decay 60 ms) of changing frequency to impulses, at 4410 Hz.

    Exactly the sum of decaying sines that each impulse starts, their phase running with the frequency.
    """
    turn = np.exp(2j * np.pi * np.cumsum(frequency_hz) / RATE)
    keep = np.exp(-1 / (RATE * DECAY_S))
    return (turn * lfilter([1.0], [1.0, -keep], drive / turn)).imag


def surface(
    current_a: np.ndarray, frequencies_hz: np.ndarray, opened: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Height (m) of the surface over time at 4410 Hz: η'' + 2ζωη' + ω²η = k dI/dt, where a slow mode rings
    higher (4 µm per ampere at 185 Hz, with the root of the period).

    Args:
        current_a: current (A).
        frequencies_hz: of the three modes, (3, time).
        opened: how far the pool is through the plate, 0 … 1.
        rng: its own stirring, without a step of the current.
    """
    keep = np.exp(-1 / (RATE * DECAY_S))
    stir = STIRRED_M * np.sqrt(2 * (1 - keep**2)) * rng.standard_normal(len(current_a))
    drive = METRES_PER_AMPERE * np.diff(current_a, prepend=current_a[0]) + stir
    shares = np.stack([1 - opened, 0.15 + 2 * opened * (1 - opened), opened])
    shares *= np.sqrt(AT_HZ / frequencies_hz)
    modes = (share * ringing(drive, hertz) for share, hertz in zip(shares, frequencies_hz, strict=True))
    return np.sum(list(modes), axis=0)
