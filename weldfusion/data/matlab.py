"""What a MATLAB file holds, as nested names: version 4 to 7 through scipy, version 7.3 (which is HDF5)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

Node = Any
"""An array of real numbers with MATLAB's axes, a dict of nodes (a struct), or a text: what it is instead."""

SPARSE = "a sparse matrix; save full(x)"
CELL = "a cell array; save each cell as a variable of its own"
STRUCTS = "an array of structs; save each one as a variable of its own"
TEXT, COMPLEX, EMPTY = "text", "complex numbers; save real(x), imag(x) or abs(x)", "empty"


def nodes_of_scipy(path: Path, top: str) -> dict[str, Node]:
    """The variable `top` of a file of version 4 to 7; all of them where it is not there."""
    from scipy.io import loadmat, whosmat

    names = [name for name, *_ in whosmat(path)]
    found = loadmat(path, variable_names=[top] if top in names else names)
    return {name: _of_scipy(value) for name, value in found.items() if name in names}


def _of_scipy(value: Any) -> Node:
    if hasattr(value, "tocsc"):
        return SPARSE
    if not isinstance(value, np.ndarray):
        return f"a {type(value).__name__}, no array"
    if value.size == 0:
        return EMPTY
    if value.dtype.names:
        record = value.reshape(-1)[0]
        return {n: _of_scipy(record[n]) for n in value.dtype.names} if value.size == 1 else STRUCTS
    return _by_kind(value.dtype.kind, value)


def _by_kind(kind: str, value: Any) -> Node:
    if kind in "iufb":
        return value
    return {"U": TEXT, "S": TEXT, "O": CELL, "c": COMPLEX, "V": COMPLEX}.get(kind, "no array of numbers")


def nodes_of_hdf5(group: Any) -> dict[str, Node]:
    """The variables of a file of version 7.3, not read yet."""
    return {name: _of_hdf5(item) for name, item in group.items() if not name.startswith("#")}


def _of_hdf5(item: Any) -> Node:
    kind = item.attrs.get("MATLAB_class", b"")
    if "MATLAB_sparse" in item.attrs:
        return SPARSE
    if "MATLAB_empty" in item.attrs:
        return EMPTY
    if hasattr(item, "keys"):
        return nodes_of_hdf5(item)
    if kind == b"char":
        return TEXT
    if item.dtype.kind == "O":
        return CELL if kind == b"cell" else STRUCTS
    return _by_kind(item.dtype.kind, Turned(item))


class Turned:
    """An HDF5 array with its axes in MATLAB's order, which is the opposite one; read by slices."""

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset
        self.shape: tuple[int, ...] = tuple(dataset.shape[::-1])
        self.dtype = dataset.dtype

    def __getitem__(self, key: Any) -> np.ndarray:
        if key is Ellipsis:
            return np.asarray(self._dataset[()]).T
        whole = (*key, *[slice(None)] * (len(self.shape) - len(key)))
        return np.asarray(self._dataset[whole[::-1]]).T


def arrays_of(nodes: dict[str, Node], before: str = "") -> Iterator[tuple[str, Any]]:
    """Name (`run.force` in a struct) and array of every array of numbers."""
    for name, node in nodes.items():
        if isinstance(node, dict):
            yield from arrays_of(node, f"{before}{name}.")
        elif not isinstance(node, str):
            yield before + name, node
