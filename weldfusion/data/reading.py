"""What a reader gives: the content of one file, or what its header says."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.fields import Fields
from weldfusion.errors import ReadError


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
