"""HDF5 arrays, told by their path: `file.h5::/camera/frames` in the manifest.

Options: `dataset` (that path, where the manifest names only the file), `rate` (name of the attribute with the
rate in Hz) and those of `data.arrays`. An attribute `rate`, `sampling_rate`, `sample_rate`, `fs`, `fps` or
`frame_rate` of the dataset is used without being named.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from weldfusion.data.arrays import ArrayLayout, numbers, oriented, oriented_shape, slices
from weldfusion.data.reading import Probe, Reading, options_of, rate_in
from weldfusion.errors import ReadError, did_you_mean

if TYPE_CHECKING:
    import h5py

SUFFIXES = (".h5", ".hdf5", ".hdf")
INNER = "dataset"
RATES = ("rate", "sampling_rate", "sample_rate", "fs", "fps", "frame_rate")


def read(path: Path, options: Mapping[str, Any]) -> Reading:
    """The array: (time,) becomes (1, time); uint8, uint16 and float32 stay, other numbers become float32."""
    with _dataset(path, options) as (dataset, layout, rate):
        place = f"{path}::{dataset.name}"
        letters = layout.letters(place, dataset.shape)
        return Reading(numbers(place, oriented(np.asarray(dataset[()]), letters)), rate)


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """Rate and shape; no value is read."""
    with _dataset(path, options) as (dataset, layout, rate):
        letters = layout.letters(f"{path}::{dataset.name}", dataset.shape)
        return Probe(rate, oriented_shape(dataset.shape, letters))


def frames(path: Path, options: Mapping[str, Any]) -> Iterator[np.ndarray]:
    """Images in pieces (frames, height, width, channels), read one after the other."""
    with _dataset(path, options) as (dataset, layout, _):
        place = f"{path}::{dataset.name}"
        yield from slices(place, dataset, layout.letters(place, dataset.shape))


def contents(path: Path) -> dict[str, tuple[int, ...]]:
    """Shape of every array of numbers in the file, by its path."""
    with opened(path) as file:
        return {name: found.shape for name, found in arrays_in(file).items()}


@contextmanager
def opened(path: Path) -> Iterator["h5py.File"]:
    """The file, open for reading. Raises ReadError where it is none or is not whole."""
    import h5py

    if not h5py.is_hdf5(path):
        raise ReadError(
            f"{path}: is no HDF5 file; its content does not fit {path.suffix}, or its start is gone"
        )
    try:
        file = h5py.File(path, "r", locking=False)
    except OSError as problem:
        raise ReadError(f"{path}: is no whole HDF5 file, is it truncated? ({problem})") from None
    with file:
        yield file


def arrays_in(group: "h5py.Group") -> dict[str, "h5py.Dataset"]:
    """Every array of real numbers below a group, by its path."""
    import h5py

    found: dict[str, h5py.Dataset] = {}

    def note(_: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "iufb" and item.shape is not None:
            found[item.name] = item

    group.visititems(note)
    return found


@contextmanager
def _dataset(
    path: Path, options: Mapping[str, Any]
) -> Iterator[tuple["h5py.Dataset", ArrayLayout, Fraction | None]]:
    fields = options_of(path, options)
    name, rate = fields.text("dataset"), fields.text("rate")
    layout = ArrayLayout.options(fields)
    fields.close()
    with opened(path) as file:
        dataset = _found(path, file, name)
        yield dataset, layout, _rate(path, dataset, rate)


def _found(path: Path, file: "h5py.File", name: str) -> "h5py.Dataset":
    import h5py

    if not name:
        arrays = arrays_in(file)
        if len(arrays) == 1:
            return next(iter(arrays.values()))
        what = "holds several datasets" if arrays else "holds no dataset of numbers"
        known = f"; write {path.name}::PATH with one of {', '.join(list(arrays)[:12])}" if arrays else ""
        raise ReadError(f"{path}: {what}{known}")
    item = file.get(name)
    if item is None:
        names = [known.removeprefix("/") for known in arrays_in(file)]
        near = did_you_mean(name.removeprefix("/"), names)
        raise ReadError(f"{path}: has no dataset {name!r}; {near}")
    if not isinstance(item, h5py.Dataset):
        inside = list(arrays_in(item))[:12] if isinstance(item, h5py.Group) else []
        raise ReadError(f"{path}: {name!r} is a group; name a dataset in it: {', '.join(inside) or 'none'}")
    if item.dtype.names:
        fields = ", ".join(item.dtype.names)
        raise ReadError(f"{path}: {name!r} holds records ({fields}); save each field as a dataset of numbers")
    if item.shape is None or 0 in item.shape:
        raise ReadError(f"{path}: {name!r} is empty; leave the manifest's cell empty")
    if item.dtype.kind not in "iufb":
        kind = "text" if item.dtype.kind in "OSU" else str(item.dtype)
        raise ReadError(f"{path}: {name!r} holds {kind}; expected an array of real numbers")
    return item


def _rate(path: Path, dataset: "h5py.Dataset", name: str) -> Fraction | None:
    if name:
        if name not in dataset.attrs:
            near = did_you_mean(name, dataset.attrs)
            raise ReadError(f"{path}: reader.rate: {dataset.name} has no attribute {name!r}; {near}")
        return rate_in(f"{path}: attribute {name!r} of {dataset.name}", dataset.attrs[name])
    known = {key.lower(): key for key in dataset.attrs}
    for usual in RATES:
        if usual in known:
            key = known[usual]
            return rate_in(f"{path}: attribute {key!r} of {dataset.name}", dataset.attrs[key])
    return None
