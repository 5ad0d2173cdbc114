"""Median filter of pictures, against noise, dead and hot pixels."""

import cv2
import numpy as np

from weldfusion.errors import SignalError

MOST_DEEP = 5


def check_median(median_px: int) -> None:
    """Raises SignalError unless the side of the filter is odd and 3 or more, or 0 for none."""
    if median_px != 0 and (median_px < 3 or median_px % 2 == 0):
        raise SignalError(f"median_px: is {median_px}, must be odd and 3 or more, or 0 for none")


def median_filtered(picture: np.ndarray, median_px: int) -> np.ndarray:
    """The median of `median_px` × `median_px` pixels around each of a picture (height, width) in uint8,
    uint16 or float32; outer pixels are repeated beyond the edge.

    Raises SignalError for more than 5 pixels in pictures of more than 8 bits.

    >>> median_filtered(np.array([[1, 1, 1], [1, 9, 1], [1, 1, 1]], np.uint8), 3).max()
    np.uint8(1)
    """
    if picture.dtype != np.uint8 and median_px > MOST_DEEP:
        raise SignalError(f"median_px: is {median_px}; frames of more than 8 bits allow at most {MOST_DEEP}")
    return cv2.medianBlur(np.ascontiguousarray(picture), median_px)
