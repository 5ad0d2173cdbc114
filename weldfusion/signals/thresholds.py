"""Which pixels of a picture belong to the object: thresholds in grey levels, and by Otsu's method.

Pictures are (height, width) in uint8, uint16 or float32; masks are uint8, 0 or 1.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import cv2
import numpy as np

from weldfusion.errors import SignalError

BINS = 256


class Threshold(ABC):
    """A rule that tells object from background."""

    @abstractmethod
    def mask(self, picture: np.ndarray, bright: bool = True) -> np.ndarray:
        """Pixels of the object, which is brighter than the background or, if not `bright`, darker."""


@dataclass(frozen=True)
class Otsu(Threshold):
    """The level that parts the grey values into two classes of least variance (Otsu 1979,
    doi 10.1109/TSMC.1979.4310076), found anew in each picture.

    Otsu's method parts noise too. A picture counts as empty where the means of the classes lie closer
    together than `contrast` standard deviations within the classes (Gaussian noise has 2.65, an even slope of
    brightness 3.46, filtered noise in a region of few pixels may have 4), or than `step` grey levels.

    >>> picture = np.zeros((8, 8), np.uint8)
    >>> picture[2:4, 2:7] = 200
    >>> int(Otsu().mask(picture).sum())
    10
    """

    contrast: float = 3.5
    step: float = 0.0

    def __post_init__(self) -> None:
        for name in ("contrast", "step"):
            if not getattr(self, name) >= 0:
                raise SignalError(f"{name}: is {getattr(self, name)}, must be 0 or more")

    def mask(self, picture: np.ndarray, bright: bool = True) -> np.ndarray:
        level = otsu_level(picture)
        if level is None:
            return np.zeros(picture.shape, np.uint8)
        above = (picture > level).view(np.uint8)
        high, high_sd = cv2.meanStdDev(picture, mask=above)
        below = 1 - above
        low, low_sd = cv2.meanStdDev(picture, mask=below)
        share = cv2.countNonZero(above) / picture.size
        within = np.sqrt(share * high_sd[0, 0] ** 2 + (1 - share) * low_sd[0, 0] ** 2)
        if high[0, 0] - low[0, 0] < max(self.contrast * within, self.step):
            return np.zeros(picture.shape, np.uint8)
        return above if bright else below


@dataclass(frozen=True)
class Level(Threshold):
    """Pixels above a grey level (below it for dark objects), in the unit of the frames."""

    level: float

    def mask(self, picture: np.ndarray, bright: bool = True) -> np.ndarray:
        return (picture > self.level if bright else picture < self.level).view(np.uint8)


@dataclass(frozen=True)
class Hysteresis(Threshold):
    """Pixels beyond `weak` that hang together (8 neighbours) with one beyond `strong`, in grey levels.

    For bright objects `strong` is the higher level, for dark ones the lower.

    >>> row = np.array([[0, 6, 9, 6, 0, 6, 0]], np.float32)
    >>> Hysteresis(weak=5, strong=8).mask(row).tolist()
    [[0, 1, 1, 1, 0, 0, 0]]
    """

    weak: float
    strong: float

    def mask(self, picture: np.ndarray, bright: bool = True) -> np.ndarray:
        if (self.strong < self.weak) if bright else (self.strong > self.weak):
            side = "above" if bright else "below"
            raise SignalError(f"strong: is {self.strong}, must be {side} weak ({self.weak})")
        weak, strong = (Level(level).mask(picture, bright) for level in (self.weak, self.strong))
        return grown(weak, strong)


def grown(weak: np.ndarray, strong: np.ndarray) -> np.ndarray:
    """The connected parts (8 neighbours) of the mask `weak` that hold a pixel of `strong`."""
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    kept = np.zeros(count, np.uint8)
    kept[labels[strong.view(bool)]] = 1
    kept[0] = 0
    return kept[labels]


def otsu_level(picture: np.ndarray) -> float | None:
    """Level of least variance within the two classes above and not above it; None if all pixels are equal.

    Exact for 8 and 16 bits; over 256 equal bins from least to most of a float32 picture.
    """
    low, high, *_ = cv2.minMaxLoc(picture)
    if low == high:
        return None
    if picture.dtype != np.float32:
        return cv2.threshold(picture, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0]
    step = (high - low) / BINS
    level = cv2.threshold(_bins(picture, low, step), 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0]
    return low + step * (level + 1)


def _bins(picture: np.ndarray, low: float, step: float) -> np.ndarray:
    """Number of the bin of each pixel, uint8."""
    return np.minimum((picture - np.float32(low)) / np.float32(step), BINS - 1).astype(np.uint8)
