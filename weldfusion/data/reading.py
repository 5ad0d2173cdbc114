"""What a reader gives: the content of one file, or what its header says."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.fields import Fields
from weldfusion.errors import ReadError

MOST_HZ = 1e12


@dataclass(frozen=True)
class Reading:
    """Content of one file.

    `values` is float32 (channels, time) for signals; (height, width, channels) in uint8, uint16 or
    float32 for an image, (frames, height, width, channels) for several in one file. An array file gives
    its array as it is (numbers other than these types as float32). `rate` in Hz and `channels` where the
    file states them.
    """

    values: np.ndarray
    rate: Fraction | None = None
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Probe:
    """What a file's header says without its content: rate in Hz, shape as in `Reading.values`."""

    rate: Fraction | None
    shape: tuple[int, ...]

    @property
    def duration(self) -> float | None:
        """Length in seconds where the rate is known.

        >>> Probe(Fraction(16000), (1, 8000)).duration
        0.5
        """
        return None if self.rate is None else float(self.shape[-1] / self.rate)


def options_of(path: Path, options: Mapping[str, Any]) -> Fields:
    """The options of a reader as checked fields; a problem raises ReadError at once."""

    def refuse(key: str, message: str) -> None:
        raise ReadError(f"{path}: {key}: {message}")

    return Fields(options, "reader", refuse)


def rate_in(place: str, value: Any) -> Fraction | None:
    """A rate in Hz that a file states as a number or an array of one.

    Raises ReadError where it is none.

    >>> rate_in("x.mat: fs", np.array([[8000.0]]))
    Fraction(8000, 1)
    """
    array = np.asarray(value)
    number = float(array.reshape(-1)[0]) if array.size == 1 and array.dtype.kind in "iuf" else 0.0
    if not 0 < number < MOST_HZ:
        shown = array.reshape(-1)[0] if array.size == 1 else f"an array {array.shape}"
        raise ReadError(f"{place} is {shown}; expected a rate in Hz above 0")
    return Fraction(number).limit_denominator(10**6)
