"""Pictures of a recording: the check that every function makes of them, grey values, region of interest."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from weldfusion.errors import SignalError

DEPTHS = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32))
CHANNELS = (1, 3, 4)
RED, GREEN, BLUE = 0.299, 0.587, 0.114


def check_frames(frames: np.ndarray, smallest: int = 1) -> np.ndarray:
    """`frames` (frames, height, width), one picture (height, width) or with one channel, three (red first)
    or four (transparency, left out) at the end, as grey (frames, height, width) in uint8, uint16 or float32.

    Colour becomes luma (ITU-R BT.601). Raises SignalError, one line, for another shape or type, pictures
    below `smallest` pixels a side, NaN or infinity (with the place of the first).

    >>> check_frames(np.zeros((4, 8, 6, 1), bool)).shape
    (4, 8, 6)
    """
    array = np.asarray(frames)
    if array.dtype.kind not in "fiub":
        raise SignalError(f"frames must be real numbers, are {array.dtype}")
    if array.ndim == 2:
        array = array[None]
    if array.ndim == 4 and array.shape[3] in CHANNELS:
        array = _grey(array)
    if array.ndim != 3:
        raise SignalError(f"frames have shape {np.shape(frames)}; needed is (frames, height, width)")
    if min(array.shape[1:]) < max(smallest, 1):
        raise SignalError(
            f"frames have {array.shape[1]} x {array.shape[2]} pixels; needed are {max(smallest, 1)} a side"
        )
    if array.dtype == bool:
        array = array.astype(np.uint8)
    elif array.dtype not in DEPTHS:
        array = array.astype(np.float32)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise SignalError(f"frames{list(place)} is {array[place]}; fill or mask NaN and infinity first")
    return np.ascontiguousarray(array)


def check_frame(frame: np.ndarray, smallest: int = 1) -> np.ndarray:
    """One picture (height, width), or with channels at the end, as grey (height, width); see
    `check_frames`.

    >>> check_frame(np.zeros((8, 6, 3))).shape
    (8, 6)
    """
    array = np.asarray(frame)
    if array.ndim == 3 and array.shape[2] in CHANNELS:
        array = array[None]
    elif array.ndim != 2:
        raise SignalError(
            f"a frame has shape {array.shape}; needed is (height, width) or channels at the end"
        )
    return check_frames(array, smallest)[0]


def _grey(array: np.ndarray) -> np.ndarray:
    if array.shape[3] == 1:
        return array[..., 0]
    luma = array[..., :3].astype(np.float32) @ np.array([RED, GREEN, BLUE], np.float32)
    return luma if array.dtype.kind == "f" else np.rint(luma).astype(array.dtype)


@dataclass(frozen=True)
class Region:
    """A region of interest in pixels: rows from `top` up to but without `bottom`, columns from `left` to
    `right`; None: to the end of the picture.

    >>> Region(top=1, right=3).of(np.zeros((2, 4, 5))).shape
    (2, 3, 3)
    """

    top: int = 0
    bottom: int | None = None
    left: int = 0
    right: int | None = None

    def __post_init__(self) -> None:
        for low, high in (("top", "bottom"), ("left", "right")):
            first, last = getattr(self, low), getattr(self, high)
            if first < 0 or (last is not None and last <= first):
                raise SignalError(
                    f"region: {low} is {first} and {high} {last}; 0 <= {low} < {high} is needed"
                )

    def of(self, frames: np.ndarray) -> np.ndarray:
        """The part (..., rows, columns) of frames (..., height, width); SignalError if it lies outside."""
        height, width = frames.shape[-2:]
        for name, last, size in (("bottom", self.bottom, height), ("right", self.right, width)):
            if last is not None and last > size:
                raise SignalError(f"region: {name} is {last}, the frames are {height} x {width} pixels")
        if self.top >= height or self.left >= width:
            raise SignalError(
                f"region: begins at row {self.top}, column {self.left} of {height} x {width} pixels"
            )
        return frames[..., self.top : self.bottom, self.left : self.right]


def with_bar(chunks: Iterable[np.ndarray], title: str) -> Iterator[np.ndarray]:
    """The chunks (frames, ...) one after the other; a bar counts frames after two seconds."""
    with tqdm(desc=title, unit=" frames", delay=2.0, mininterval=0.5, leave=False, disable=None) as bar:
        for chunk in chunks:
            yield chunk
            bar.update(len(chunk))


def check_scale(mm_per_px: float) -> None:
    """Raises SignalError unless the scale is a length."""
    if not (np.isfinite(mm_per_px) and mm_per_px > 0):
        raise SignalError(f"mm_per_px: is {mm_per_px}, must be above 0 (1 gives results in pixels)")
