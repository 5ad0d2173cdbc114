"""MATLAB `.mat` files, version 4 to 7 (scipy) and 7.3 (HDF5): `file.mat::variable`, `file.mat::run.force`.

Options: `variable` (that name, where the manifest names only the file), `rate` (name of the variable with the
rate in Hz) and those of `data.arrays`, for the axes as MATLAB shows them. A vector is a signal over time,
whether it is a row or a column.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.arrays import ArrayLayout, Stored, numbers, oriented, oriented_shape, slices
from weldfusion.data.matlab import Node, arrays_of, nodes_of_hdf5, nodes_of_scipy
from weldfusion.data.readers.hdf5 import opened
from weldfusion.data.reading import Probe, Reading, options_of, rate_in
from weldfusion.errors import ReadError, did_you_mean

SUFFIXES = (".mat",)
INNER = "variable"


def read(path: Path, options: Mapping[str, Any]) -> Reading:
    """The variable: a vector becomes (1, time); uint8, uint16 and float32 stay, others become float32."""
    with _variable(path, options) as found:
        values = numbers(found.place, oriented(np.asarray(found.array[...]), found.letters))
        return Reading(values, found.rate)


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """Rate and shape."""
    with _variable(path, options) as found:
        return Probe(found.rate, oriented_shape(tuple(found.array.shape), found.letters))


def frames(path: Path, options: Mapping[str, Any]) -> Iterator[np.ndarray]:
    """Images in pieces (frames, height, width, channels); a file of version 7.3 is read piece by piece."""
    with _variable(path, options) as found:
        yield from slices(found.place, found.array, found.letters)


def contents(path: Path) -> dict[str, tuple[int, ...]]:
    """Shape in MATLAB of every array of numbers in the file, by its name."""
    with _nodes(path, "") as nodes:
        return {name: tuple(array.shape) for name, array in arrays_of(nodes)}


@dataclass(frozen=True)
class Variable:
    """An array of a file: how it is called in messages, the letters of its axes, its rate in Hz."""

    place: str
    array: Stored
    letters: str
    rate: Fraction | None


@contextmanager
def _variable(path: Path, options: Mapping[str, Any]) -> Iterator[Variable]:
    fields = options_of(path, options)
    name, rate = fields.text("variable"), fields.text("rate")
    layout = ArrayLayout.options(fields)
    fields.close()
    with _nodes(path, name.split(".")[0]) as nodes:
        name = name or _only(path, nodes)
        array = _found(path, nodes, name)
        place, shape = f"{path}::{name}", tuple(array.shape)
        letters = "tc" if _is_column(shape) and not layout.given else layout.letters(place, shape)
        hertz = None
        if rate:
            with _nodes(path, rate.split(".")[0]) as others:
                hertz = rate_in(f"{path}: {rate}", _found(path, others, rate)[...])
        yield Variable(place, array, letters, hertz)


@contextmanager
def _nodes(path: Path, top: str) -> Iterator[dict[str, Node]]:
    """What the file holds; of an old version only the variable `top`, all where it has none."""
    import h5py

    if h5py.is_hdf5(path):
        with opened(path) as file:
            yield nodes_of_hdf5(file)
        return
    try:
        nodes = nodes_of_scipy(path, top)
    except NotImplementedError:
        raise ReadError(
            f"{path}: is a MAT file of version 7.3 whose HDF5 content is gone; is it truncated?"
        ) from None
    except Exception as problem:
        # scipy raises many types (ValueError, TypeError, zlib.error …) on damaged files.
        raise ReadError(f"{path}: is no whole MAT file, is it truncated? ({problem})") from None
    yield nodes


def _is_column(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 and shape[1] == 1


def _only(path: Path, nodes: dict[str, Node]) -> str:
    names = [name for name, _ in arrays_of(nodes)]
    if len(names) == 1:
        return names[0]
    if not names:
        raise ReadError(f"{path}: holds no array of numbers; leave the manifest's cell empty")
    raise ReadError(
        f"{path}: holds several variables; write {path.name}::NAME with one of {', '.join(names[:12])}"
    )


def _found(path: Path, nodes: dict[str, Node], name: str) -> Any:
    node: Node = nodes
    for part in name.split("."):
        if not isinstance(node, dict) or part not in node:
            near = did_you_mean(name, [known for known, _ in arrays_of(nodes)])
            raise ReadError(f"{path}: has no variable {name!r}; {near}")
        node = node[part]
    if isinstance(node, dict):
        inside = ", ".join(known for known, _ in arrays_of(node, f"{name}."))
        raise ReadError(f"{path}: {name!r} is a struct; name a field of it: {inside or 'none holds numbers'}")
    if isinstance(node, str):
        raise ReadError(f"{path}: {name!r} is {node}; expected an array of real numbers")
    return node
