"""Images of unlike size and depth brought to one shape."""

import numpy as np

from weldfusion.data.opencv import opencv


def fit_image(values: np.ndarray, size: tuple[int, int], channels: int) -> np.ndarray:
    """An image resized to `size` (height, width), channels first.

    Shrinking averages over the area of each new pixel (no aliasing), enlarging interpolates linearly.
    8-bit images stay uint8; deeper ones become float32 with their values unchanged.

    Args:
        values: (height, width, channels) uint8, uint16 or float32.
        channels: 1 or 3 are reached from grey, colour or colour with transparency; others must agree.

    Raises ValueError where the channels do not agree.

    >>> fit_image(np.full((4, 6, 1), 7, np.uint8), (2, 3), 3).shape
    (3, 2, 3)
    """
    cv2 = opencv()
    values = _with_channels(values, channels)
    if values.dtype != np.uint8:
        values = values.astype(np.float32)
    height, width = size
    if values.shape[:2] != size:
        shrinks = height <= values.shape[0] and width <= values.shape[1]
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        values = cv2.resize(np.ascontiguousarray(values), (width, height), interpolation=how)
        values = values.reshape(height, width, channels)
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def _with_channels(values: np.ndarray, channels: int) -> np.ndarray:
    found = values.shape[2]
    if found == channels:
        return values
    if found == 4 and channels == 3:
        return values[..., :3]
    if found == 1 and channels == 3:
        return np.repeat(values, 3, axis=2)
    raise ValueError(f"has {found} channels, expected {channels}")
