"""Files that hold several arrays under names (HDF5, MATLAB): each array becomes a sensor of its own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from weldfusion.data.address import file_of, split_address, with_inner
from weldfusion.data.init.layout import Place, clean_name
from weldfusion.data.readers.find import contents
from weldfusion.errors import ReadError

HOLDING = (".h5", ".hdf5", ".hdf", ".mat")
AXIS = re.compile(r"wave_?lengths?|lambda|(^|_)nm$", re.IGNORECASE)


def opened_up(places: Sequence[Place]) -> list[Place]:
    """The places with each array of a file at its own address; single numbers and wavelength axes left out.

    A file that cannot be read, and one whose place in it is told already, stays as it is.
    """
    bar = tqdm(places, desc="looking into files", delay=2, leave=False, disable=None)
    return [found for place in bar for found in _inside(place)]


def _inside(place: Place) -> list[Place]:
    if place.path.suffix.lower() not in HOLDING:
        return [place]
    try:
        arrays = recordings_in(contents(place.path))
    except ReadError:
        return [place]
    if not arrays:
        return [place]
    names = _short(list(arrays))
    return [
        replace(
            place, path=with_inner(place.path, inner), modality=place.modality if len(arrays) == 1 else name
        )
        for inner, name in names.items()
    ]


def recordings_in(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """The arrays that may be recordings.

    >>> recordings_in({"/run/force": (40,), "/run/fs": (), "/wavelengths": (256,)})
    {'/run/force': (40,)}
    """
    return {
        name: shape
        for name, shape in shapes.items()
        if shape and max(shape) > 1 and not AXIS.search(_last(name))
    }


def _short(names: Sequence[str]) -> dict[str, str]:
    """Each address with the last part of its name where that is unique, else with all of it."""
    last = [clean_name(_last(name)) for name in names]
    return {
        name: short if last.count(short) == 1 else clean_name(name)
        for name, short in zip(names, last, strict=True)
    }


def _last(name: str) -> str:
    return re.split(r"[/.]", name)[-1]


def wavelength_arrays(path: Path) -> dict[str, tuple[int, ...]]:
    """Vectors beside an array whose name says that they hold wavelengths, by name."""
    file, inner = split_address(path)
    if not inner or file_of(path).suffix.lower() not in HOLDING:
        return {}
    return {
        name: shape
        for name, shape in contents(file).items()
        if AXIS.search(_last(name)) and max(shape, default=0) > 1 and sum(n > 1 for n in shape) == 1
    }
