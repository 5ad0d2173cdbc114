"""NPY and NPZ arrays.

Options: `key` (array inside an NPZ), `time_axis` (of a 2-D signal: 0 or 1; 1 by default), `images: grey`
(pixels without an axis of channels: (height, width), or (frames, height, width)).
"""

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.fields import Fields
from weldfusion.data.reading import Probe, Reading, options_of
from weldfusion.errors import ReadError, did_you_mean

SUFFIXES = (".npy", ".npz")
KEPT = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32))
BROKEN = (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError)


def read(path: Path, options: Mapping[str, Any]) -> Reading:
    """The array: (time,) becomes (1, time); uint8, uint16 and float32 stay, other numbers become float32.

    Files with pickled objects are refused.
    """
    layout = _options(options_of(path, options))
    array = _load(path, layout.key, mapped=False)
    if array.dtype.kind not in "iufb":
        raise ReadError(f"{path}: holds {array.dtype}; expected an array of real numbers")
    values = _oriented(path, array, layout)
    return Reading(np.ascontiguousarray(values, values.dtype if values.dtype in KEPT else np.float32))


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """The shape; an NPY is not loaded for it."""
    layout = _options(options_of(path, options))
    return Probe(None, _oriented(path, _load(path, layout.key, mapped=True), layout).shape)


@dataclass(frozen=True)
class Layout:
    """What the axes of an array are."""

    key: str
    time_axis: int
    images: str


def _options(fields: Fields) -> Layout:
    layout = Layout(
        fields.text("key"),
        fields.whole("time_axis", 1),
        fields.choice("images", ("as stored", "grey"), "as stored"),
    )
    if layout.time_axis > 1:
        fields.note("time_axis", f"must be 0 or 1, is {layout.time_axis}")
    fields.close()
    return layout


def _load(path: Path, key: str, mapped: bool) -> np.ndarray:
    packed = path.suffix.lower() == ".npz"
    if key and not packed:
        raise ReadError(f"{path}: reader.key: only an NPZ holds arrays by name; leave it out")
    try:
        if not packed:
            return np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
        with np.load(path, allow_pickle=False) as content:
            return content[_key(path, content.files, key)]
    except FileNotFoundError:
        raise ReadError(f"{path}: no such file") from None
    except ReadError:
        raise
    except (*BROKEN, AttributeError, TypeError) as problem:
        raise ReadError(f"{path}: is no whole array file: {problem}") from None


def _key(path: Path, names: Sequence[str], key: str) -> str:
    if not key and len(names) == 1:
        return names[0]
    if key not in names:
        what = f"has no array {key!r}" if key else "holds several arrays, none is chosen"
        raise ReadError(f"{path}: reader.key: {what}; {did_you_mean(key, names)}")
    return key


def _oriented(path: Path, array: np.ndarray, layout: Layout) -> np.ndarray:
    if layout.images == "grey":
        if array.ndim not in (2, 3):
            raise ReadError(
                f"{path}: has shape {array.shape}; reader.images: grey needs (frames,) height, width"
            )
        return array[..., None]
    if array.ndim == 1:
        return array[None]
    return array.T if array.ndim == 2 and layout.time_axis == 0 else array
