"""NPY and NPZ arrays.

Options: `key` (array inside an NPZ), `time_axis` (of a 2-D array: 0 or 1; 1 by default).
"""

import zipfile
import zlib
from collections.abc import Mapping, Sequence
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
    key, time_axis = _options(options_of(path, options))
    array = _load(path, key, mapped=False)
    if array.dtype.kind not in "iufb":
        raise ReadError(f"{path}: holds {array.dtype}; expected an array of real numbers")
    values = _oriented(array, time_axis)
    return Reading(np.ascontiguousarray(values, values.dtype if values.dtype in KEPT else np.float32))


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """The shape; an NPY is not loaded for it."""
    key, time_axis = _options(options_of(path, options))
    return Probe(None, _oriented(_load(path, key, mapped=True), time_axis).shape)


def _options(fields: Fields) -> tuple[str, int]:
    key, time_axis = fields.text("key"), fields.whole("time_axis", 1)
    if time_axis > 1:
        fields.note("time_axis", f"must be 0 or 1, is {time_axis}")
    fields.close()
    return key, time_axis


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


def _oriented(array: np.ndarray, time_axis: int) -> np.ndarray:
    if array.ndim == 1:
        return array[None]
    return array.T if array.ndim == 2 and time_axis == 0 else array
