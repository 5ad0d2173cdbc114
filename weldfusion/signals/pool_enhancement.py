"""Frames of a melt pool cropped to it and enhanced, in five steps.

1 binarise, find the electrode and keep the pool's side of its tip; 2 gradient by Sobel's kernels; 3 edges by
hysteresis; 4 crop to the largest contour; 5 equalise the histogram and take the gradient of that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.frame_step import FrameStep
from weldfusion.signals.frames import check_frame, check_frames
from weldfusion.signals.regions import region_mask
from weldfusion.signals.thresholds import grown, otsu_level

SMALLEST = 8
FULL_STEP = 4.0
"""Sobel's kernels answer a step of one grey level with this."""


@dataclass(frozen=True)
class PoolEnhancement(FrameStep):
    """Each frame becomes a picture of the edges in its melt pool, (height, width) uint8.

    A frame of more than 8 bits is first stretched from its least to its largest value. Where no electrode
    reaches in from the edge opposite to the pool, or no edge is found, nothing is cut off.

    Args:
        size: height and width of the result.
        pool_side: side of the electrode's tip on which the pool lies in the frame.
        bright_electrode: whether the electrode is brighter than what is behind it.
        weak, strong: thresholds of the edges, as shares of the frame's largest gradient.
        margin: added on each side of the contour, as a share of its height and width.
    """

    size: tuple[int, int] = (224, 224)
    pool_side: Literal["below", "above"] = "below"
    bright_electrode: bool = True
    weak: float = 0.1
    strong: float = 0.3
    margin: float = 0.05

    def __post_init__(self) -> None:
        if len(self.size) != 2 or min(self.size) < 1:
            raise SignalError(f"size: is {list(self.size)}, must be [height, width], above 0")
        if self.pool_side not in ("below", "above"):
            raise SignalError(f"pool_side: is {self.pool_side!r}; valid: above, below")
        if not 0 <= self.weak <= self.strong <= 1:
            raise SignalError(
                f"weak: is {self.weak}, strong {self.strong}; needed is 0 <= weak <= strong <= 1"
            )
        if not self.margin >= 0:
            raise SignalError(f"margin: is {self.margin}, must be 0 or more")

    def of_frames(self, frames: np.ndarray) -> np.ndarray:
        checked = check_frames(frames, SMALLEST)
        found = np.empty((len(checked), *self.size), np.uint8)
        for number, frame in enumerate(checked):
            for _, picture in self._steps(frame):
                last = picture
            found[number] = last
        return found

    def pictures(self, frame: np.ndarray) -> dict[str, np.ndarray]:
        """Each step of one frame (height, width)."""
        return dict(self._steps(check_frame(frame, SMALLEST)))

    def _steps(self, frame: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        turn = 1 if self.pool_side == "below" else -1
        for name, picture in self._below(np.ascontiguousarray(to_8_bit(frame)[::turn])):
            yield name, picture[::turn]

    def _below(self, frame: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        """The steps of a frame whose pool lies below the electrode."""
        yield "frame", frame
        electrode = electrode_mask(frame, self.bright_electrode)
        yield "electrode", electrode
        below = frame[_rows_above_tip(electrode) :]
        yield "side of the pool", below
        size, direction = gradient(below)
        yield "gradient", size
        yield "direction", direction
        edges = strong_edges(size, self.weak, self.strong)
        yield "edges", edges
        contour = region_mask(edges)
        yield "contour", contour
        pool = below[_box(contour, self.margin)]
        yield "pool", pool
        equal = cv2.equalizeHist(np.ascontiguousarray(pool))
        yield "equalised", equal
        sharp = np.minimum(gradient(equal)[0] / FULL_STEP, 255).astype(np.uint8)
        yield "enhanced", _resized(sharp, self.size)


def to_8_bit(picture: np.ndarray) -> np.ndarray:
    """uint8 as it is; other pictures stretched so that the least value is 0 and the largest 255."""
    if picture.dtype == np.uint8:
        return picture
    low, high, *_ = cv2.minMaxLoc(picture)
    scale = 255 / (high - low) if high > low else 0.0
    return np.rint((picture.astype(np.float64) - low) * scale).astype(np.uint8)


def electrode_mask(picture: np.ndarray, bright: bool = True) -> np.ndarray:
    """Pixels (height, width) uint8 of the largest part of one of Otsu's two classes (`bright`: the brighter)
    that touches the first row; none where no part does, or the whole picture is of one value."""
    level = otsu_level(picture)
    if level is None:
        return np.zeros(picture.shape, np.uint8)
    binary = (picture > level if bright else picture <= level).view(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
    touching = np.unique(labels[0][binary[0] > 0])
    if not len(touching):
        return np.zeros(picture.shape, np.uint8)
    return (labels == touching[stats[touching, cv2.CC_STAT_AREA].argmax()]).view(np.uint8)


def gradient(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Size √(Gx² + Gy²) and direction in degrees (0 … 360, from the columns' axis towards the rows') of the
    gradient by Sobel's 3 × 3 kernels, float32; the outer pixels are repeated beyond the edge."""
    across, down = (
        cv2.Sobel(picture, cv2.CV_32F, *order, ksize=3, borderType=cv2.BORDER_REPLICATE)
        for order in ((1, 0), (0, 1))
    )
    size, direction = cv2.cartToPolar(across, down, angleInDegrees=True)
    return size, direction


def strong_edges(size: np.ndarray, weak: float = 0.1, strong: float = 0.3) -> np.ndarray:
    """Pixels uint8 above the share `weak` of the largest gradient that hang together (8 neighbours) with one
    above the share `strong`."""
    most = float(size.max())
    above = [(size > share * most).view(np.uint8) for share in (weak, strong)]
    return grown(above[0], above[1])


def _rows_above_tip(electrode: np.ndarray) -> int:
    """Rows to cut off: up to the electrode's last; none if it leaves too little."""
    rows = np.flatnonzero(electrode.any(axis=1))
    cut = int(rows[-1]) + 1 if len(rows) else 0
    return cut if len(electrode) - cut >= SMALLEST else 0


def _box(contour: np.ndarray, margin: float) -> tuple[slice, slice]:
    """Rows and columns from the contour's least to its largest and the margin around; all if it is empty."""
    if not contour.any():
        return slice(None), slice(None)
    found = []
    for axis in (1, 0):
        inside = np.flatnonzero(contour.any(axis=axis))
        first, last = int(inside[0]), int(inside[-1]) + 1
        more = round(margin * (last - first))
        found.append(slice(max(first - more, 0), last + more))
    return found[0], found[1]


def _resized(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    shrinks = size[0] <= picture.shape[0] and size[1] <= picture.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(picture, (size[1], size[0]), interpolation=how)
