"""A proposed spectrum sequence: recognised by a header of wavelengths, or by its name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.address import split_address, with_inner
from weldfusion.data.init.inside import wavelength_arrays
from weldfusion.data.init.sniff import UNITS
from weldfusion.data.readers.find import probe, read
from weldfusion.data.wavelengths import wavelengths_in, wrong_axis

NAMED = re.compile(r"spectr|oes(_|$)", re.IGNORECASE)
FEWEST = 8
MANY = 16
OPTICAL = (100.0, 20_000.0)
PLACEHOLDER = (200.0, 1100.0)


@dataclass(frozen=True)
class Axis:
    """Wavelengths in nm, options of the reader that go with them, and what is a guess."""

    wavelengths: tuple[float, ...]
    options: Mapping[str, Any]
    notes: Mapping[str, str] = field(default_factory=dict)


def axis_of_table(path: Path) -> Axis | None:
    """The wavelengths that a CSV names in its first line, perhaps after a time; None where it names none."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        line = file.readline().strip()
    for sep in (",", ";", "\t"):
        names = [name.strip().strip('"') for name in line.split(sep)]
        found = _optical(names)
        options: dict[str, Any] = {} if sep == "," else {"sep": sep}
        if found:
            return Axis(found, options)
        unit = next((unit for pattern, unit, _ in UNITS if pattern.match(names[0])), "")
        if unit and (found := _optical(names[1:])):
            return Axis(found, options | {"time": names[0]} | ({} if unit == "s" else {"time_unit": unit}))
    return None


def _optical(names: Sequence[str]) -> tuple[float, ...]:
    found = wavelengths_in(names)
    inside = len(found) >= FEWEST and min(found) >= OPTICAL[0] and max(found) <= OPTICAL[1]
    return found if inside and not wrong_axis(found) else ()


def axis_of_array(name: str, path: Path) -> Axis | None:
    """The wavelengths of an array that is called a spectrum: those of a vector beside it in its file, else a
    placeholder; None for another array."""
    shape = probe(path).shape
    if len(shape) != 2 or not NAMED.search(name) or min(shape) < 2:
        return None
    for inner, vector in wavelength_arrays(path).items():
        count = max(vector)
        if count in shape:
            found = tuple(
                read(with_inner(split_address(path)[0], inner)).values.ravel().astype(float).tolist()
            )
            if not wrong_axis(found):
                return Axis(found, {"time_axis": 0} if shape[0] != count else {})
    count = min(shape)
    if count < MANY:
        return None
    return Axis(
        tuple(np.linspace(*PLACEHOLDER, count).tolist()),
        {"time_axis": 0} if shape[0] != count else {},
        {"wavelengths_nm": "not stated in the files; 200 to 1100 nm is only a placeholder"},
    )
