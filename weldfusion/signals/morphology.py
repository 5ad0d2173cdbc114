"""Keyhole opening in frames of a camera: its outline, and size, place and direction over time.

Steps: region of interest, removal of spatter, filtering, threshold, largest region.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.frame_step import FrameSeries
from weldfusion.signals.frames import Region, check_frame, check_frames, check_scale
from weldfusion.signals.median import check_median, median_filtered
from weldfusion.signals.regions import Shape, largest_region, region_mask, shape_of
from weldfusion.signals.thresholds import Otsu, Threshold

LENGTHS = ("perimeter", "length", "width", "major", "minor", "x", "y")


@dataclass(frozen=True)
class KeyholeOpening(FrameSeries):
    """Area, perimeter, length, width, axes, centroid and orientation of the keyhole's mouth in each frame.

    Lengths are in mm, the centroid from the centre of the frame's first pixel (x to the right, y down);
    definitions in `signals.regions.Shape`. All numbers of a frame without a keyhole are NaN. A region cut off
    by the edge of the region of interest is measured as far as it is seen.

    Args:
        mm_per_px: scale; 1 gives pixels.
        region: part of the frame in which the keyhole is looked for.
        bright: whether the keyhole is brighter than its surroundings.
        spatter_px: particles narrower than this many pixels are removed (grey opening with a disc); the mouth
            must be wider; 0: none.
        median_px: side of the median filter against noise, odd; 0: none.
        threshold: `Otsu`, `Level` or `Hysteresis`.
        area_mm2: least and largest area of a keyhole; a frame whose largest region lies outside has none.
        travel_deg: direction of the weld in the frame, from the columns' axis towards the rows'.

    >>> frames = np.zeros((2, 64, 64), np.uint8)
    >>> frames[0, 20:30, 10:40] = 200
    >>> series = KeyholeOpening(mm_per_px=0.1).of_frames(frames)
    >>> dict(zip([name for name, _ in KeyholeOpening(0.1).columns], series[:, 0].round(2).tolist()))["length"]
    3.0
    >>> bool(np.isnan(series[:, 1]).all())
    True
    """

    mm_per_px: float
    region: Region = field(default_factory=Region)
    bright: bool = True
    spatter_px: int = 5
    median_px: int = 3
    threshold: Threshold = field(default_factory=Otsu)
    area_mm2: tuple[float, float] = (0.0, float("inf"))
    travel_deg: float = 0.0

    def __post_init__(self) -> None:
        check_scale(self.mm_per_px)
        if self.spatter_px < 0:
            raise SignalError(f"spatter_px: is {self.spatter_px}, must be 0 or more")
        check_median(self.median_px)
        if not 0 <= self.area_mm2[0] <= self.area_mm2[1]:
            raise SignalError(f"area_mm2: is {list(self.area_mm2)}, must be [least, largest], 0 or more")

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        units = dict.fromkeys(LENGTHS, "mm") | {"area": "mm2", "orientation_deg": "deg"}
        return tuple((name, units[name]) for name in Shape._fields)

    def of_frames(self, frames: np.ndarray) -> np.ndarray:
        """(9, frames) float64 in the order of `columns`."""
        checked = check_frames(frames)
        found = np.full((len(checked), len(Shape._fields)), np.nan)
        for number, frame in enumerate(self.region.of(checked)):
            for _, picture in self._prepared(frame):
                mask = picture
            place = largest_region(mask)
            if place is not None and self._fits(cv2.countNonZero(place[0])):
                region, (top, left) = place
                corner = (top + self.region.top, left + self.region.left)
                found[number] = shape_of(region, corner, self.travel_deg)
        return (found * self._scale).T

    def masks(self, frames: np.ndarray) -> np.ndarray:
        """Pixels (frames, height, width) bool of the keyhole; none in a frame without."""
        checked = check_frames(frames)
        masks = np.zeros(checked.shape, bool)
        for whole, frame in zip(self.region.of(masks), self.region.of(checked), strict=True):
            for _, picture in self._prepared(frame):
                mask = picture
            whole[:] = self._kept(mask)
        return masks

    def pictures(self, frame: np.ndarray) -> dict[str, np.ndarray]:
        """Each step of one frame (height, width); the last one is the frame in colour with the outline."""
        whole = check_frame(frame)
        found = {"frame": whole, "region of interest": self.region.of(whole)}
        found.update(self._prepared(found["region of interest"]))
        found["largest region"] = self._kept(found["threshold"])
        found["outline"] = with_outline(whole, self.masks(whole[None])[0])
        return found

    def _prepared(self, frame: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        if self.spatter_px:
            disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (self.spatter_px, self.spatter_px))
            kind = cv2.MORPH_OPEN if self.bright else cv2.MORPH_CLOSE
            frame = cv2.morphologyEx(frame, kind, disc, borderType=cv2.BORDER_REPLICATE)
            yield "without spatter", frame
        if self.median_px:
            frame = median_filtered(frame, self.median_px)
            yield "filtered", frame
        yield "threshold", self.threshold.mask(frame, self.bright)

    def _fits(self, pixels: int) -> bool:
        return self.area_mm2[0] <= pixels * self.mm_per_px**2 <= self.area_mm2[1]

    def _kept(self, mask: np.ndarray) -> np.ndarray:
        only = region_mask(mask)
        return only if self._fits(cv2.countNonZero(only)) else np.zeros_like(only)

    @property
    def _scale(self) -> np.ndarray:
        powers = {"mm": 1, "mm2": 2, "deg": 0}
        return np.array([self.mm_per_px ** powers[unit] for _, unit in self.columns])


def with_outline(frame: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The frame (height, width) stretched to 8 bits, (height, width, 3), with the mask's outer pixels red."""
    low, high = float(frame.min()), float(frame.max())
    grey = ((frame - low) * (255 / max(high - low, 1e-30))).astype(np.uint8)
    picture = np.repeat(grey[..., None], 3, axis=2)
    inner = cv2.erode(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
    picture[mask.astype(bool) & (inner == 0)] = (230, 60, 30)
    return picture
