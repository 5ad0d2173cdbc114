"""Where a seam lies in its half of the picture: places of the pixels on the sheet, and states at them."""

from dataclasses import dataclass

import numpy as np
from scipy.fft import fftfreq, irfft2, rfft2, rfftfreq

from weldfusion.simulate.busbar.states import SeamStates
from weldfusion.simulate.curve import Curve

FASTEST_M_S = 0.126
MARGIN_M = 3e-3
ROWS_IN_WIDTH = 6


@dataclass(frozen=True)
class View:
    """Half a picture, upright: rows run across the seam, columns along it, the weld travels to the right.

    Args:
        rows: height (pixels) of this half.
        columns: width (pixels) of the picture.
        pixel_m: size of a pixel on the sheet.
        shift_m: how far the part lies off its place, (across, along).
    """

    rows: int
    columns: int
    pixel_m: float
    shift_m: tuple[float, float]

    @property
    def across_m(self) -> np.ndarray:
        """Distance (rows, 1) from the middle of the seam; positive towards the edge of the upper sheet."""
        return ((np.arange(self.rows) - (self.rows - 1) / 2) * self.pixel_m - self.shift_m[0])[:, None]

    @property
    def along_m(self) -> np.ndarray:
        """Distance (columns,) from the start of the seam; negative before it."""
        return np.arange(self.columns) * self.pixel_m - MARGIN_M - self.shift_m[1]

    def at(self, states: SeamStates, curve: Curve) -> np.ndarray:
        """A slow curve of a seam at each column; before and after the seam its ends are held."""
        return np.interp(self.along_m / states.weld.speed_m_s, curve.times, curve.values)

    def blotches(self, rng: np.random.Generator, across_m: float, along_m: float) -> np.ndarray:
        """Random field (rows, columns) of unit variance: white noise through a Gaussian this wide."""
        down = fftfreq(self.rows, self.pixel_m)[:, None] * across_m
        right = rfftfreq(self.columns, self.pixel_m) * along_m
        spectrum = rfft2(rng.standard_normal((self.rows, self.columns)))
        spectrum *= np.exp(-2 * np.pi**2 * (down**2 + right**2))
        field = irfft2(spectrum, (self.rows, self.columns))
        return np.asarray(field / field.std())


def view_of(duration_s: float, columns: int, shift_m: tuple[float, float]) -> View:
    """Half of a picture `columns` wide and a third as high that holds seams of this duration.

    >>> view = view_of(0.56, 768, (0.0, 0.0))
    >>> view.rows, round(1e3 * view.pixel_m, 3)
    (128, 0.1)
    """
    pixel = (FASTEST_M_S * duration_s + 2 * MARGIN_M) / columns
    return View(columns // ROWS_IN_WIDTH, columns, pixel, shift_m)
