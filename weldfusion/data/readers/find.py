"""The reader of a file, by its suffix: any module of this folder that has `SUFFIXES` and `read`."""

import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import weldfusion.data.readers as package
from weldfusion.data.reading import Probe, Reading
from weldfusion.errors import ReadError, did_you_mean

Result = TypeVar("Result")


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
    suffix = path.suffix.lower()
    if suffix not in known:
        raise ReadError(
            f"{path}: no reader for {suffix or 'a file without suffix'}; {did_you_mean(suffix, known)}"
        )
    return known[suffix]


def read(path: Path, options: Mapping[str, Any] | None = None) -> Reading:
    """The content of one file.

    Raises ReadError with one line: missing, truncated or damaged file, unknown option, wrong column,
    text where a number should be (with row and column).
    """
    return _one_line(path, _format(path).read, options or {})


def probe(path: Path, options: Mapping[str, Any] | None = None) -> Probe:
    """Rate and shape of one file, from its header where the format has one; else by reading it."""
    module = _format(path)
    if hasattr(module, "probe"):
        return _one_line(path, module.probe, options or {})
    reading = _one_line(path, module.read, options or {})
    return Probe(reading.rate, reading.values.shape)


def _one_line(
    path: Path, function: Callable[[Path, Mapping[str, Any]], Result], options: Mapping[str, Any]
) -> Result:
    """The function's result; whatever a decoder raises on a damaged file becomes one line."""
    try:
        return function(path, options)
    except ReadError as problem:
        raise ReadError(" ".join(str(problem).split())) from None
    except Exception as problem:
        what = " ".join(f"{type(problem).__name__} {problem}".split())
        raise ReadError(f"{path}: cannot be read, is it damaged? ({what})") from None


def _format(path: Path) -> Any:
    module = reader_of(path)
    if not path.is_file():
        raise ReadError(
            f"{path}: {'is a folder' if path.is_dir() else 'no such file'}; correct the manifest's path"
        )
    if path.stat().st_size == 0:
        raise ReadError(f"{path}: is empty (0 bytes)")
    return module
