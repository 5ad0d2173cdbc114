"""The reader of a file, by its suffix: any module of this folder that has `SUFFIXES` and `read`.

It may also have `probe`, `frames` (images piece by piece), `contents` (names and shapes of the arrays in a
file) and `INNER`, the option that an address such as `file.h5::/path` stands for.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import weldfusion.data.readers as package
from weldfusion.data.address import file_of, split_address
from weldfusion.data.reading import Probe, Reading
from weldfusion.errors import ReadError, did_you_mean


@cache
def suffixes() -> Mapping[str, ModuleType]:
    """Suffix (lower case, with dot) → module that reads it."""
    found: dict[str, ModuleType] = {}
    for entry in sorted(pkgutil.iter_modules(package.__path__), key=lambda entry: entry.name):
        if entry.name == "find":
            continue
        module = import_module(f"{package.__name__}.{entry.name}")
        for suffix in getattr(module, "SUFFIXES", ()):
            if suffix in found:
                raise ImportError(f"{found[suffix].__name__} and {module.__name__} both read {suffix}")
            found[suffix] = module
    return found


def reader_of(path: Path) -> ModuleType:
    """The module that reads a file; raises ReadError with the nearest suffixes where there is none."""
    known = suffixes()
    suffix = file_of(path).suffix.lower()
    if suffix not in known:
        raise ReadError(
            f"{path}: no reader for {suffix or 'a file without suffix'}; {did_you_mean(suffix, known)}"
        )
    return known[suffix]


def read(path: Path, options: Mapping[str, Any] | None = None) -> Reading:
    """The content of one file, or of one array in it (`file.h5::/path`).

    Raises ReadError with one line: missing, truncated or damaged file, unknown option, wrong column,
    text where a number should be (with row and column).
    """
    module, file, options = _found(path, options or {})
    with _one_line(file):
        return module.read(file, options)


def probe(path: Path, options: Mapping[str, Any] | None = None) -> Probe:
    """Rate and shape of one file, from its header where the format has one; else by reading it."""
    module, file, options = _found(path, options or {})
    with _one_line(file):
        if hasattr(module, "probe"):
            return module.probe(file, options)
        reading = module.read(file, options)
        return Probe(reading.rate, reading.values.shape)


def frames(path: Path, options: Mapping[str, Any] | None = None) -> Iterator[np.ndarray]:
    """Images of one file in pieces (frames, height, width, channels), so that memory does not grow with
    their number where the format permits it; a file of one image gives (height, width, channels).

    Raises as `read`, also between pieces.
    """
    module, file, options = _found(path, options or {})
    with _one_line(file):
        if hasattr(module, "frames"):
            yield from module.frames(file, options)
        else:
            yield module.read(file, options).values


def contents(path: Path) -> Mapping[str, tuple[int, ...]]:
    """Shapes of the arrays in a file that holds several under names; empty for other formats."""
    module, file, _ = _found(path, {})
    if not hasattr(module, "contents"):
        return {}
    with _one_line(file):
        return module.contents(file)


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    """Whatever a decoder raises on a damaged file becomes one line."""
    try:
        yield
    except ReadError as problem:
        raise ReadError(" ".join(str(problem).split())) from None
    except Exception as problem:
        what = " ".join(f"{type(problem).__name__} {problem}".split())
        raise ReadError(f"{path}: cannot be read, is it damaged? ({what})") from None


def _found(path: Path, options: Mapping[str, Any]) -> tuple[Any, Path, Mapping[str, Any]]:
    """Reader, file and options of a path; the place in the file that an address names is an option."""
    module = reader_of(path)
    file, inner = split_address(path)
    if inner and not hasattr(module, "INNER"):
        raise ReadError(f"{path}: a {file.suffix} file holds nothing by name; leave out ::{inner}")
    if not file.is_file():
        raise ReadError(
            f"{file}: {'is a folder' if file.is_dir() else 'no such file'}; correct the manifest's path"
        )
    if file.stat().st_size == 0:
        raise ReadError(f"{file}: is empty (0 bytes)")
    return module, file, {**options, module.INNER: inner} if inner else options
