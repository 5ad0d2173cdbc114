"""Where the pixels of a camera that moves with the torch lie on the plate, and the outline of the pool.

Rows run along the seam, the weld travels up; columns run across it. All shapes are our choice.
"""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.pulsed_gta.pool import FRONT_OVER_WIDTH


@dataclass(frozen=True)
class View:
    """Square picture of `pixels` × `pixels` that shows `field_m` × `field_m`; the torch stands over the
    middle column, `torch` of the height from the top."""

    pixels: int
    field_m: float
    torch: float

    def behind_m(self, scale: float = 1.0) -> np.ndarray:
        """Distance (m) of each row behind the torch; `scale` over 1 makes things look larger."""
        return ((np.arange(self.pixels) + 0.5) / self.pixels - self.torch) * self.field_m / scale

    def aside_m(self, scale: float = 1.0) -> np.ndarray:
        """Distance (m) of each column right of the seam."""
        return ((np.arange(self.pixels) + 0.5) / self.pixels - 0.5) * self.field_m / scale


def radius_in_pool(
    behind_m: np.ndarray, aside_m: np.ndarray, width_m: np.ndarray, length_m: np.ndarray
) -> np.ndarray:
    """Distance from the torch in units of the pool's outline, (frames, rows, columns) float32: 1 on it.

    Half ellipses meet under the torch: ahead 0.45 widths long, behind the rest of the length.

    Args:
        behind_m: of each row (R,).
        aside_m: of each column (C,).
        width_m: (frames,).
        length_m: (frames,).
    """
    front = FRONT_OVER_WIDTH * width_m[:, None]
    along = behind_m / np.where(behind_m < 0, front, length_m[:, None] - front)
    across = 2 * aside_m / width_m[:, None]
    squares = (along**2).astype(np.float32)[:, :, None] + (across**2).astype(np.float32)[:, None, :]
    return np.sqrt(squares, out=squares)
