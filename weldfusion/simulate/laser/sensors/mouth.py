"""The keyhole's mouth as a camera sees it: an ellipse, longer along the seam the faster the weld."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.laser.states import States


@dataclass(frozen=True)
class Mouth:
    """Half length (along the seam) and half width (across it) of the mouth in m, arrays of one shape."""

    half_length_m: np.ndarray
    half_width_m: np.ndarray

    @property
    def area_m2(self) -> np.ndarray:
        """Area of the ellipse."""
        return np.pi * self.half_length_m * self.half_width_m

    @property
    def perimeter_m(self) -> np.ndarray:
        """Perimeter of the ellipse by Ramanujan's first approximation (error below 1e-6 at 1.5 : 1).

        >>> float(Mouth(np.array(1.0), np.array(1.0)).perimeter_m / np.pi)
        2.0
        """
        a, b = self.half_length_m, self.half_width_m
        return np.pi * (3 * (a + b) - np.sqrt((3 * a + b) * (a + 3 * b)))


def elongation(speed_m_s: float) -> float:
    """Length over width of the mouth: 1 + 0.25 V / (0.1 m/s)."""
    return 1 + 0.25 * speed_m_s / 0.1


def mouth_at(states: States, times: np.ndarray) -> Mouth:
    """The mouth at `times` (s, any shape): radius r √A across the seam; zero while the laser is off."""
    opening = np.maximum(states.keyhole.opening.at(times), 0)
    half_width = states.heat.radius_m.at(times) * np.sqrt(opening)
    return Mouth(half_width * elongation(states.speed_m_s), half_width)
