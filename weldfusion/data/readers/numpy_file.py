"""NPY and NPZ arrays. Options: `key` (array inside an NPZ, or `file.npz::key`) and those of `data.arrays`."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np

from weldfusion.data.arrays import ArrayLayout, numbers, oriented, oriented_shape, slices
from weldfusion.data.reading import Probe, Reading, options_of
from weldfusion.errors import ReadError, did_you_mean

SUFFIXES = (".npy", ".npz")
INNER = "key"
# numpy parses headers with `ast`, which CPython 3.11 does not do safely in several threads (gh-106905).
HEADERS = Lock()
BROKEN = (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError)


def read(path: Path, options: Mapping[str, Any]) -> Reading:
    """The array: (time,) becomes (1, time); uint8, uint16 and float32 stay, other numbers become float32.

    Files with pickled objects are refused.
    """
    key, layout = _options(path, options)
    array = _load(path, key, mapped=False)
    return Reading(numbers(str(path), oriented(array, layout.letters(str(path), array.shape))))


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """The shape; an NPY is not loaded for it."""
    key, layout = _options(path, options)
    shape = _load(path, key, mapped=True).shape
    return Probe(None, oriented_shape(shape, layout.letters(str(path), shape)))


def frames(path: Path, options: Mapping[str, Any]) -> Iterator[np.ndarray]:
    """Images in pieces (frames, height, width, channels); an NPY is read piece by piece."""
    key, layout = _options(path, options)
    array = _load(path, key, mapped=True)
    yield from slices(str(path), array, layout.letters(str(path), array.shape))


def _options(path: Path, options: Mapping[str, Any]) -> tuple[str, ArrayLayout]:
    fields = options_of(path, options)
    key, layout = fields.text("key"), ArrayLayout.options(fields)
    fields.close()
    return key, layout


def _load(path: Path, key: str, mapped: bool) -> np.ndarray:
    packed = path.suffix.lower() == ".npz"
    if key and not packed:
        raise ReadError(f"{path}: reader.key: only an NPZ holds arrays by name; leave it out")
    try:
        array = _unpacked(path, key) if packed else _parsed(path, "r")
        if not isinstance(array, np.ndarray):
            raise ReadError(f"{path}: is an archive of arrays; name it .npz")
        return array if packed or mapped else np.array(array)
    except FileNotFoundError:
        raise ReadError(f"{path}: no such file") from None
    except ReadError:
        raise
    except (*BROKEN, AttributeError, KeyError, TypeError) as problem:
        raise ReadError(f"{path}: is no whole array file: {problem}") from None


def _unpacked(path: Path, key: str) -> np.ndarray:
    with np.load(path, allow_pickle=False) as content:
        name = _key(path, content.files, key)
        return _parsed(io.BytesIO(content.zip.read(f"{name}.npy")), None)


def _parsed(file: Path | io.BytesIO, mode: Literal["r"] | None) -> np.ndarray:
    with HEADERS:
        return np.load(file, mmap_mode=mode, allow_pickle=False)


def _key(path: Path, names: Sequence[str], key: str) -> str:
    if not key and len(names) == 1:
        return names[0]
    if key not in names:
        what = f"has no array {key!r}" if key else "holds several arrays, none is chosen"
        raise ReadError(f"{path}: reader.key: {what}; {did_you_mean(key, names)}")
    return key
