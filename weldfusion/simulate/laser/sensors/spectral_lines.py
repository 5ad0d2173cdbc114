"""Emission lines of a weld plume, their Boltzmann strengths and the temperature that a Boltzmann plot gives.

The line data are values of the NIST Atomic Spectra Database (doi 10.18434/T4W30F) quoted from memory; they
were not looked up again.
"""

from dataclasses import dataclass

import numpy as np

BOLTZMANN_EV_K = 8.617333e-5
REFERENCE_K = 5200.0


@dataclass(frozen=True)
class Line:
    """An emission line: species, wavelength (nm), transition probability A (1e7/s), statistical weight and
    energy (eV) of the upper level, and whether it ends in the ground state (self-absorbed)."""

    species: str
    nm: float
    probability: float
    weight: int
    energy_ev: float
    resonance: bool = False


LINES = (
    Line("Al", 394.40, 4.99, 2, 3.143, resonance=True),
    Line("Al", 396.15, 9.85, 2, 3.143, resonance=True),
    Line("Mg", 383.83, 16.1, 7, 5.946),
    Line("Mg", 516.73, 1.13, 3, 5.108),
    Line("Mg", 517.27, 3.37, 3, 5.108),
    Line("Mg", 518.36, 5.61, 3, 5.108),
    Line("Fe", 404.58, 8.62, 9, 4.549),
    Line("Fe", 438.35, 5.0, 11, 4.312),
    Line("Fe", 526.95, 0.127, 9, 3.211),
    Line("Cu", 510.55, 0.20, 4, 3.817),
    Line("Cu", 515.32, 6.0, 4, 6.191),
    Line("Cu", 521.82, 7.5, 6, 6.192),
    Line("Na", 589.00, 6.16, 4, 2.104, resonance=True),
    Line("Na", 589.59, 6.14, 2, 2.102, resonance=True),
    Line("K", 766.49, 3.8, 4, 1.617, resonance=True),
    Line("H", 656.28, 4.41, 18, 12.088),
    Line("Cr", 425.43, 3.15, 9, 2.913, resonance=True),
    Line("Mn", 403.08, 1.7, 8, 3.08, resonance=True),
)


def emissivity(line: Line, temperature_k: float) -> float:
    """A g/λ exp(−E/(k T)): the line's strength per atom of its species, relative."""
    upper = np.exp(-line.energy_ev / (BOLTZMANN_EV_K * temperature_k))
    return float(line.probability * line.weight / line.nm * upper)


def shares(lines: tuple[Line, ...]) -> np.ndarray:
    """Strength of each line at 5200 K over that of the strongest line of its species.

    >>> shares(LINES)[:2].round(2).tolist()
    [0.51, 1.0]
    """
    strength = [emissivity(line, REFERENCE_K) for line in lines]
    strongest: dict[str, float] = {}
    for line, value in zip(lines, strength, strict=True):
        strongest[line.species] = max(value, strongest.get(line.species, 0.0))
    return np.array([value / strongest[line.species] for line, value in zip(lines, strength, strict=True)])


def boltzmann_temperature(lines: tuple[Line, ...], intensity: np.ndarray) -> np.ndarray:
    """Temperature (K) from lines of one species: −1/(k · slope) of ln(I λ/(g A)) against E.

    Args:
        lines: at least two with different upper energies.
        intensity: (lines, …) above the background, positive.

    >>> copper = tuple(line for line in LINES if line.species == "Cu")
    >>> strengths = np.array([emissivity(line, 5000.0) for line in copper])
    >>> float(boltzmann_temperature(copper, strengths).round(6))
    5000.0
    """
    energy = np.array([line.energy_ev for line in lines])
    scale = np.array([line.nm / (line.weight * line.probability) for line in lines])
    level = np.log(intensity * scale.reshape(-1, *[1] * (np.ndim(intensity) - 1)))
    centred = energy - energy.mean()
    slope = np.tensordot(centred, level, axes=1) / np.sum(centred**2)
    return np.asarray(-1 / (BOLTZMANN_EV_K * slope))
