"""Drawing with soft edges on a field of 16 mm, seen by cameras of any number of pixels."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

FIELD_M = 16e-3


@dataclass(frozen=True)
class Field:
    """Places (m) of the pixels of a square picture: `x` to the right, `y` down, 0 in the middle.

    >>> Field(4).x[0].tolist()
    [-0.006, -0.002, 0.002, 0.006]
    """

    pixels: int

    @property
    def step_m(self) -> float:
        """Width of a pixel."""
        return FIELD_M / self.pixels

    @property
    def x(self) -> np.ndarray:
        return np.broadcast_to(self._axis(), (self.pixels, self.pixels))

    @property
    def y(self) -> np.ndarray:
        return np.broadcast_to(self._axis()[:, None], (self.pixels, self.pixels))

    def _axis(self) -> np.ndarray:
        return np.round((np.arange(self.pixels) + 0.5) * self.step_m - FIELD_M / 2, 9)


def inside(distance_m: np.ndarray, edge_m: float) -> np.ndarray:
    """Soft step: 1 where a distance to an outline is far below 0, 0 far above.

    >>> inside(np.array([-1.0, 0.0, 1.0]), 0.1).round(3).tolist()
    [1.0, 0.5, 0.0]
    """
    return 1 / (1 + np.exp(np.clip(distance_m / edge_m, -30, 30)))


def streaks(field: Field, starts: np.ndarray, ends: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Picture of lines from `starts` to `ends` (n, 2), each as wide as its `widths` (m); 1 on a line."""
    total = np.zeros((field.pixels, field.pixels))
    here = np.stack([field.x, field.y], axis=-1)
    for start, end, width in zip(starts, ends, widths, strict=True):
        along = end - start
        share = np.clip((here - start) @ along / max(float(along @ along), 1e-12), 0, 1)
        distance = np.linalg.norm(here - start - share[..., None] * along, axis=-1)
        reach = max(float(width), 0.6 * field.step_m)
        total = np.maximum(total, np.exp(-np.square(distance / reach)) * min(width / reach, 1.0))
    return total


def blurred(picture: np.ndarray, radius_m: float, field: Field) -> np.ndarray:
    """A picture (height, width[, channels]) out of focus by a Gaussian of `radius_m`."""
    sigma = radius_m / field.step_m
    return gaussian_filter(picture, (sigma, sigma, 0)[: picture.ndim], mode="nearest")


def digitised(light: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    """8-bit picture of light 0 … 1 with shot and read noise."""
    deviation = noise * np.sqrt(0.012**2 * np.maximum(light, 0) + 0.006**2)
    return np.clip(np.rint(255 * (light + deviation * rng.standard_normal(light.shape))), 0, 255).astype(
        np.uint8
    )


def grain(field: Field, size_m: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """Random surface of unit variance with grains of a height and width (brushed sheet: long ones)."""
    sigma = tuple(size / field.step_m for size in size_m)
    texture = gaussian_filter(rng.standard_normal((field.pixels, field.pixels)), sigma, mode="wrap")
    return texture / max(float(texture.std()), 1e-9)
