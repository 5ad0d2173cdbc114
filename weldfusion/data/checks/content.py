"""What one pass over a recording tells: size, missing values, extremes, a digest, odd channels."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from weldfusion.data.checks.signal import ODD, oddity, share_missing
from weldfusion.data.modality import Modality
from weldfusion.data.readers.find import probe
from weldfusion.data.recording import check_rate, frames_of, read_photo, read_row, read_signal

WHOLE = slice(None)
ABSOLUTE_ZERO = {"K": 0.0, "°C": -273.15, "degC": -273.15}


@dataclass(frozen=True)
class Content:
    """`shape` is that of the whole recording; `missing` the share of NaN, `infinite` the count of infinite
    values; `low` and `high` are NaN where there is no number; `odd` are (code, channel or "", message)."""

    shape: tuple[int, ...]
    missing: float
    infinite: int
    low: float
    high: float
    digest: bytes
    odd: Sequence[tuple[str, str, str]] = ()


def content_of(modality: Modality, paths: Sequence[Path], active: slice = WHOLE) -> Content:
    """Reads a recording once; an image sequence piece by piece, so that memory does not grow with its length.

    Only the samples `active` can make a channel odd: before and after the weld a sensor may rest.

    Raises ReadError.
    """
    if modality.kind == "image_sequence":
        if (rate := probe(paths[0], modality.reader).rate) is not None:
            check_rate(modality, paths[0], rate)
        return _content(frames for _, frames in frames_of(modality, paths))
    if modality.kind == "image":
        return _content([read_photo(modality, paths[0])])
    if not modality.timed:
        return _content([read_row(modality, paths[0])])
    values = read_signal(modality, paths[0]).values
    return _content([values], _odd_channels(modality, values[:, active]))


def _content(parts: Iterable[np.ndarray], odd: Sequence[tuple[str, str, str]] = ()) -> Content:
    """Of an array in parts along its first axis."""
    digest = blake2b(digest_size=16)
    count = infinite = 0
    gone = 0.0
    low = high = np.nan
    shape: tuple[int, ...] = ()
    for part in parts:
        digest.update(np.ascontiguousarray(part).reshape(-1).view(np.uint8).data)
        count += len(part)
        shape = (count, *part.shape[1:])
        if part.dtype.kind == "f":
            share, endless = share_missing(part)
            gone, infinite = gone + share * len(part), infinite + endless
        low = float(np.fmin(low, np.fmin.reduce(part, axis=None)))
        high = float(np.fmax(high, np.fmax.reduce(part, axis=None)))
    return Content(shape, gone / max(1, count), infinite, low, high, digest.digest(), odd)


def _odd_channels(modality: Modality, values: np.ndarray) -> list[tuple[str, str, str]]:
    """Dead, constant and clipped channels; those of a spectrum are told together."""
    names = modality.channels or tuple(str(number) for number in range(1, len(values) + 1))
    found = [(odd, name) for name, samples in zip(names, values, strict=True) if (odd := oddity(samples))]
    if modality.kind != "spectrum_sequence":
        return [(odd, name if len(names) > 1 else "", ODD[odd]) for odd, name in found]
    first = dict(reversed(found))
    return [
        (odd, "", f"{count} of {len(names)} wavelengths, the first at {first[odd]}: each {ODD[odd]}")
        for odd, count in Counter(odd for odd, _ in found).items()
    ]


def impossible(modality: Modality, content: Content) -> str:
    """What a temperature cannot be; empty where the unit is none or all is possible.

    >>> camera = Modality("ir", "image_sequence", True, unit="K")
    >>> impossible(camera, Content((1,), 0.0, 0, -3.0, 900.0, b""))
    'its least value is -3 K, below absolute zero; is the unit right?'
    """
    zero = ABSOLUTE_ZERO.get(modality.unit)
    if zero is None or not content.low < zero:
        return ""
    return f"its least value is {content.low:g} {modality.unit}, below absolute zero; is the unit right?"
