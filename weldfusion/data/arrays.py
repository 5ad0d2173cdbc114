"""What the axes of a stored array are: a signal over time, an image, or frames over time.

Options of every array format: `axes`, one letter for each axis as stored (`t` time or frames, `c` channels
or colours, `y`, `x` pixels); or, shorter, `time_axis` (of a 2-D signal: 0 or 1) and `images: grey` (pixels
without an axis of channels).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from weldfusion.data.fields import Fields
from weldfusion.errors import ReadError

LETTERS = "tcyx"
KEPT = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32))
CHUNK_BYTES = 1 << 23
DEFAULT = {1: "t", 2: "ct", 3: "yxc", 4: "tyxc"}


class Stored(Protocol):
    """An array on disk or in memory that is cut into by slices."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> Any: ...
    def __getitem__(self, key: Any, /) -> Any: ...


@dataclass(frozen=True)
class ArrayLayout:
    """The options as they were given; empty where they were not."""

    axes: str
    time_axis: int | None
    images: str

    @classmethod
    def options(cls, fields: Fields) -> "ArrayLayout":
        axes = fields.text("axes")
        if axes and (len(set(axes)) < len(axes) or not set(axes) <= set(LETTERS)):
            fields.note("axes", f"must be different letters of t, c, y, x, such as tc or tyx, is {axes!r}")
        if axes and not (set(axes) >= {"y", "x"} or set(axes) in ({"t"}, {"c"}, {"t", "c"})):
            fields.note("axes", f"{axes!r} is no signal (t, c) and no image (y, x); such as tc or tyx")
        time_axis = fields.whole("time_axis", 1) if fields.value("time_axis") is not None else None
        if time_axis is not None and time_axis > 1:
            fields.note("time_axis", f"must be 0 or 1, is {time_axis}")
        images = fields.choice("images", ("as stored", "grey"), "as stored")
        if axes and (time_axis is not None or images == "grey"):
            fields.note("axes", "says what time_axis and images say; leave those out")
        return cls(axes, time_axis, images)

    @property
    def given(self) -> bool:
        """Whether anything was said."""
        return bool(self.axes) or self.time_axis is not None or self.images == "grey"

    def letters(self, place: str, shape: tuple[int, ...]) -> str:
        """The letter of each axis as stored. Raises ReadError where the shape does not fit the options."""
        if not shape:
            raise ReadError(f"{place}: holds a single number; a recording is an array over time or an image")
        if self.axes:
            if len(self.axes) != len(shape):
                raise ReadError(
                    f"{place}: has shape {shape}; reader.axes: {self.axes!r} is for {len(self.axes)} axes"
                )
            return self.axes
        if self.images == "grey":
            if len(shape) not in (2, 3):
                raise ReadError(
                    f"{place}: has shape {shape}; reader.images: grey needs (frames,) height, width"
                )
            return "tyx"[3 - len(shape) :]
        if len(shape) not in DEFAULT:
            raise ReadError(f"{place}: has {len(shape)} axes {shape}; a recording has at most 4")
        return "tc" if len(shape) == 2 and self.time_axis == 0 else DEFAULT[len(shape)]


def oriented(values: np.ndarray, letters: str) -> np.ndarray:
    """(channels, time) for a signal, (frames,) height, width, channels for images; a view.

    >>> oriented(np.zeros((50, 3)), "tc").shape, oriented(np.zeros((4, 6, 50)), "yxt").shape
    ((3, 50), (50, 4, 6, 1))
    """
    pixels = "y" in letters
    order = [letters.index(letter) for letter in ("tyxc" if pixels else "ct") if letter in letters]
    values = values.transpose(order)
    if "c" not in letters:
        return values[..., None] if pixels else values[None]
    return values if pixels or "t" in letters else values[:, None]


def oriented_shape(shape: tuple[int, ...], letters: str) -> tuple[int, ...]:
    """The shape that `oriented` gives.

    >>> oriented_shape((50, 3), "tc")
    (3, 50)
    """
    return oriented(np.broadcast_to(np.uint8(0), shape), letters).shape


def numbers(place: str, values: np.ndarray) -> np.ndarray:
    """Contiguous; uint8, uint16 and float32 stay, other real numbers become float32.

    Raises ReadError where it holds something else.
    """
    if values.dtype.kind not in "iufb":
        raise ReadError(f"{place}: holds {values.dtype}; expected an array of real numbers")
    with np.errstate(over="ignore", invalid="ignore"):
        # What float32 cannot hold becomes infinite, which the check tells.
        return np.ascontiguousarray(values, values.dtype if values.dtype in KEPT else np.float32)


def frames_at_once(shape: tuple[int, ...], bytes_each: int) -> int:
    """How many frames of a shape (height, width, channels) are read at a time.

    >>> frames_at_once((1000, 1000, 1), 4)
    2
    """
    return max(1, CHUNK_BYTES // max(1, int(np.prod(shape)) * bytes_each))


def slices(place: str, source: Stored, letters: str) -> Iterator[np.ndarray]:
    """An array of images in pieces (frames, height, width, channels) of limited size, one after the other."""
    if "t" not in letters or "y" not in letters:
        yield numbers(place, oriented(np.asarray(source[...]), letters))
        return
    axis = letters.index("t")
    whole = tuple(source.shape)
    step = frames_at_once(whole[:axis] + whole[axis + 1 :], np.dtype(source.dtype).itemsize)
    for start in range(0, whole[axis], step):
        index = (slice(None),) * axis + (slice(start, start + step),)
        yield numbers(place, oriented(np.asarray(source[index]), letters))
