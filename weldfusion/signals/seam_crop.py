"""Where the seams of a picture lie that run from left to right below each other, such as two on a busbar."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.ndimage import uniform_filter1d

from weldfusion.errors import SignalError
from weldfusion.signals.frames import check_frame
from weldfusion.signals.thresholds import otsu_level

SMOOTHED = 50
AS_STRONG = 0.5
SMALLEST = 8


class Box(NamedTuple):
    """Rows from `top` up to but without `bottom`, columns from `left` to `right`."""

    top: int
    bottom: int
    left: int
    right: int


def seam_boxes(picture: np.ndarray, count: int = 2, margin: int = 0, bright: bool = True) -> list[Box]:
    """The boxes of `count` seams, uppermost first, by their brightness alone.

    Grey values are averaged over rows, smoothed over a fiftieth of the height and parted by Otsu's level; the
    bands with the most excess are the seams. Within each, columns are found likewise. This is meant for
    pictures whose background is even: where there are fewer bands, or one more that is half as strong, it
    refuses, and the boxes have to be given.

    Args:
        picture: (height, width) or with channels at the end.
        margin: pixels to add on each side, as far as the picture reaches.
        bright: whether seams are brighter than the sheet.

    >>> picture = np.zeros((40, 60))
    >>> picture[5:12, 10:50] = picture[25:33, 8:52] = 1.0
    >>> seam_boxes(picture)
    [Box(top=5, bottom=12, left=10, right=50), Box(top=25, bottom=33, left=8, right=52)]

    Raises SignalError.
    """
    if count < 1 or margin < 0:
        raise SignalError(f"count: must be 1 or more and margin 0 or more, are {count} and {margin}")
    grey = check_frame(picture, SMALLEST).astype(np.float64)
    grey = grey if bright else -grey
    bands = _bands(grey.mean(axis=1))
    strength = sorted((excess for _, _, excess in bands), reverse=True)
    if len(bands) < count:
        raise SignalError(f"{len(bands)} bright band(s) found, {count} seams looked for; give their boxes")
    if len(bands) > count and strength[count] > AS_STRONG * strength[count - 1]:
        raise SignalError(f"{len(bands)} bands found that might be one of {count} seams; give their boxes")
    height, width = grey.shape
    boxes = []
    for top, bottom, excess in bands:
        if excess < strength[count - 1]:
            continue
        columns = _bands(grey[top:bottom].mean(axis=0))
        left, right = (columns[0][0], columns[-1][1]) if columns else (0, width)
        boxes.append(
            Box(
                max(top - margin, 0),
                min(bottom + margin, height),
                max(left - margin, 0),
                min(right + margin, width),
            )
        )
    return boxes


def _bands(profile: np.ndarray) -> list[tuple[int, int, float]]:
    """Start, end and summed excess of the runs of a profile (N,) above its Otsu level."""
    smooth = uniform_filter1d(profile, len(profile) // SMOOTHED | 1, mode="nearest").astype(np.float32)
    level = otsu_level(smooth[None])
    if level is None:
        return []
    above = np.concatenate([[0], (smooth > level).astype(np.int8), [0]])
    edges = np.flatnonzero(np.diff(above)).tolist()
    return [
        (start, end, float((smooth[start:end] - level).sum()))
        for place, (start, end) in enumerate(pairwise(edges))
        if place % 2 == 0
    ]
