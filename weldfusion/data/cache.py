"""Prepared recordings on disk: immutable arrays that are trusted only when whole.

An entry is the raw array `<key>.bin` and the sidecar `<key>.json` with its length, type, shape, checksum
and the cache's version. Both are written under a temporary name, flushed to disk and renamed, the sidecar
last; a reader trusts an entry only if the sidecar fits the array, so a kill at any time leaves nothing
that a later run takes for whole (decision 4). A finished file is never changed in place, and nothing
else should do so: large arrays are mapped from disk, and a file that is cut short while a process reads it
ends that process (SIGBUS). Deleting entries (`weldfusion cache clear`) is harmless.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.files import write_pieces, write_text

VERSION = 1
FOLDER = ".weldfusion-cache"


def key_of(**content: Any) -> str:
    """Key of an entry: a hash of everything that its array depends on, as plain values.

    >>> key_of(a=1, b=2) == key_of(b=2, a=1) != key_of(a=1, b=3)
    True
    """
    text = json.dumps({"cache": VERSION, **content}, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass
class Cache:
    """Arrays by key in a folder. Any number of processes may use one folder at once.

    Pickled, it carries the path only: each process verifies the checksum of an entry when it first opens
    it, and the length each time.
    """

    folder: Path
    _verified: set[str] = field(default_factory=set, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder, "_verified": set()}

    def load(self, key: str) -> np.ndarray | None:
        """The array, mapped from disk read-only; None if it is not there or not whole."""
        path, side = self._paths(key)
        try:
            note = json.loads(side.read_bytes())
            dtype, shape = np.dtype(note["dtype"]), tuple(note["shape"])
            if note["version"] != VERSION or path.stat().st_size != prod(shape) * dtype.itemsize:
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if prod(shape) == 0:
            return np.zeros(shape, dtype)
        array = np.memmap(path, dtype=dtype, mode="r", shape=shape)
        if key not in self._verified:
            if _checksum(array) != note["blake2b"]:
                return None
            self._verified.add(key)
        return array

    def store(self, key: str, array: np.ndarray) -> None:
        """Keep an array under a key, whole or not at all; an entry of that key is replaced."""
        self.store_parts(key, [array])

    def store_parts(self, key: str, parts: Iterable[np.ndarray]) -> None:
        """`store` of an array that comes in parts along its first axis, each written before the next is asked
        for; at least one, all of one type. Where one cannot be made, nothing is kept."""
        path, side = self._paths(key)
        written = _Written()
        with suppress(FileNotFoundError):
            side.unlink()
        write_pieces(path, written.through(parts))
        write_text(side, json.dumps({"version": VERSION, **written.note()}))
        self._verified.add(key)

    def _paths(self, key: str) -> tuple[Path, Path]:
        folder = self.folder / key[:2]
        return folder / f"{key}.bin", folder / f"{key}.json"


class _Written:
    """Shape, type and checksum of an array while its parts pass through."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)
        self._dtype = np.dtype(np.uint8)
        self._shape: tuple[int, ...] = ()
        self._length = 0

    def through(self, parts: Iterable[np.ndarray]) -> Iterator[memoryview]:
        for part in parts:
            array = np.ascontiguousarray(part)
            if not self._shape:
                self._dtype, self._shape = array.dtype, array.shape
            elif array.dtype != self._dtype or array.shape[1:] != self._shape[1:]:
                raise ValueError(f"{array.dtype} {array.shape} after {self._dtype} {self._shape}")
            else:
                self._shape = (self._shape[0] + len(array), *self._shape[1:])
            self._length += array.nbytes
            self._hash.update(_bytes(array))
            yield _bytes(array)

    def note(self) -> dict[str, Any]:
        return {
            "dtype": self._dtype.str,
            "shape": list(self._shape),
            "length": self._length,
            "blake2b": self._hash.hexdigest(),
        }


def cache_size(folder: Path) -> tuple[int, int]:
    """Number of files and bytes of a cache folder."""
    sizes = [path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


def clear_cache(folder: Path) -> tuple[int, int]:
    """Delete the entries of a cache folder; gives number of files and bytes freed.

    Only what this module writes is deleted: sub-folders of two hexadecimal digits and `headers.json`.
    """
    folder = Path(folder)
    before = cache_size(folder)
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.is_dir() and len(entry.name) == 2 and set(entry.name) <= set("0123456789abcdef"):
            shutil.rmtree(entry)
        elif entry.name == "headers.json":
            entry.unlink()
    with suppress(OSError):
        folder.rmdir()
    after = cache_size(folder)
    return before[0] - after[0], before[1] - after[1]


def _checksum(array: np.ndarray) -> str:
    return hashlib.blake2b(_bytes(array), digest_size=16).hexdigest()


def _bytes(array: np.ndarray) -> memoryview:
    """The bytes of a contiguous array, not copied."""
    return array.reshape(-1).view(np.uint8).data
