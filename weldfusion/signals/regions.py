"""Size, place and direction of the largest connected region of a mask."""

from typing import NamedTuple

import cv2
import numpy as np

MOST_PIXELS_16 = 1 << 18
"""Below this there are under 65536 parts, whose numbers take half the time to write in 16 bits."""


class Shape(NamedTuple):
    """A region in pixels; places are of pixel centres, the first pixel's is 0.

    `length` and `width` are its extent along and across a direction, `major` and `minor` the axes of the
    ellipse with the same second moments, `orientation_deg` the direction of the major axis in (-90, 90], from
    the columns' axis (to the right) towards the rows' (down); NaN where the region has no longer axis.
    """

    area: float
    perimeter: float
    length: float
    width: float
    major: float
    minor: float
    x: float
    y: float
    orientation_deg: float


def largest_region(mask: np.ndarray) -> tuple[np.ndarray, tuple[int, int]] | None:
    """The largest part (8 neighbours; the first of equals) of a mask (height, width) of uint8: its own pixels
    within its bounding box, and the box's first row and column. None for an empty mask.

    >>> mask = np.array([[1, 0, 0, 0], [0, 0, 1, 1]], np.uint8)
    >>> largest_region(mask)
    (array([[1, 1]], dtype=uint8), (1, 2))
    """
    kind = cv2.CV_16U if mask.size < MOST_PIXELS_16 else cv2.CV_32S
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=kind)
    if count < 2:
        return None
    label = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    left, top, width, height = stats[label, :4].tolist()
    return (labels[top : top + height, left : left + width] == label).view(np.uint8), (top, left)


def region_mask(mask: np.ndarray) -> np.ndarray:
    """A mask (height, width) with only its largest part, uint8."""
    found = largest_region(mask)
    only = np.zeros(mask.shape, np.uint8)
    if found is not None:
        region, (top, left) = found
        only[top : top + region.shape[0], left : left + region.shape[1]] = region
    return only


def shape_of(region: np.ndarray, corner: tuple[int, int] = (0, 0), travel_deg: float = 0.0) -> Shape:
    """Measures of a region (height, width) of uint8, 0 or 1.

    Args:
        corner: row and column of the region's first pixel in the whole picture.
        travel_deg: direction along which `length` is measured, counted as the orientation is.

    >>> shape = shape_of(np.ones((3, 5), np.uint8))
    >>> shape.area, shape.length, shape.width, shape.x, shape.y, shape.orientation_deg
    (15.0, 5.0, 3.0, 2.0, 1.0, 0.0)
    """
    moments = cv2.moments(region, binaryImage=True)
    area = moments["m00"]
    x, y = moments["m10"] / area, moments["m01"] / area
    along, across, mixed = moments["mu20"] / area, moments["mu02"] / area, moments["mu11"] / area
    middle, half = (along + across) / 2, float(np.hypot((along - across) / 2, mixed))
    turned = half > 1e-9 * max(middle, 1e-9)
    length, width = _extents(region, travel_deg)
    return Shape(
        area=area,
        perimeter=perimeter(region),
        length=length,
        width=width,
        major=4 * float(np.sqrt(middle + half)),
        minor=4 * float(np.sqrt(max(middle - half, 0.0))),
        x=corner[1] + x,
        y=corner[0] + y,
        orientation_deg=float(np.degrees(np.arctan2(2 * mixed, along - across)) / 2) if turned else np.nan,
    )


def perimeter(region: np.ndarray) -> float:
    """Length of the outline in pixels by Crofton's formula in four directions: π/4 times the pixels' lines
    that enter the region in each, weighted by the distance of these lines.

    Within 2 % for smooth outlines; an upright rectangle comes out 5 to 6 % short. As `perimeter_crofton` of
    scikit-image.
    """
    padded = cv2.copyMakeBorder(region, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    straight = cv2.countNonZero(cv2.compare(padded[:, 1:], padded[:, :-1], cv2.CMP_GT))
    straight += cv2.countNonZero(cv2.compare(padded[1:], padded[:-1], cv2.CMP_GT))
    oblique = cv2.countNonZero(cv2.compare(padded[1:, 1:], padded[:-1, :-1], cv2.CMP_GT))
    oblique += cv2.countNonZero(cv2.compare(padded[1:, :-1], padded[:-1, 1:], cv2.CMP_GT))
    return float(np.pi / 4 * (straight + oblique / np.sqrt(2)))


def _extents(region: np.ndarray, travel_deg: float) -> tuple[float, float]:
    """Extent along and across a direction, of pixel centres and one pixel more."""
    height, width = region.shape
    if travel_deg % 90 == 0:
        sizes = (float(width), float(height))
        return sizes if travel_deg % 180 == 0 else sizes[::-1]
    rows, columns = np.nonzero(region)
    turn = np.radians(travel_deg)
    along = columns * np.cos(turn) + rows * np.sin(turn)
    across = rows * np.cos(turn) - columns * np.sin(turn)
    return float(np.ptp(along)) + 1, float(np.ptp(across)) + 1
