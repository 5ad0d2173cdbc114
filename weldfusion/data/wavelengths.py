"""The wavelength axis of a spectrum sequence: from the card and back, and as names of channels."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from weldfusion.data.fields import Fields

SHORTEST_NM, LONGEST_NM = 0.1, 1e6
AXIS = "a list such as [350, 352.5, 355], or {first: 350, last: 800, count: 256} where they are evenly spaced"


def parse_wavelengths(fields: Fields) -> tuple[float, ...]:
    """Wavelengths in nm of the entry `wavelengths_nm`, rising; problems are noted, then none are given."""
    found = fields.value("wavelengths_nm")
    if found is None:
        fields.note("wavelengths_nm", f"is missing; give the wavelength of every channel in nm: {AXIS}")
        return ()
    if isinstance(found, dict):
        found = _evenly(found, fields)
        if found is None:
            return ()
    if not isinstance(found, list | tuple) or not found or not all(_is_number(value) for value in found):
        fields.note("wavelengths_nm", f"must be {AXIS}, is {_short(found)}")
        return ()
    values = tuple(float(value) for value in found)
    if wrong := wrong_axis(values):
        fields.note("wavelengths_nm", wrong)
        return ()
    return values


def _evenly(found: dict[Any, Any], fields: Fields) -> list[float] | None:
    names = {"first", "last", "count"}
    numbers = set(found) == names and all(_is_number(value) for value in found.values())
    if not numbers or not isinstance(found["count"], int) or found["count"] < 1:
        fields.note("wavelengths_nm", f"must be {AXIS}, is {_short(found)}")
        return None
    return list(np.linspace(found["first"], found["last"], found["count"]).tolist())


def wrong_axis(values: Sequence[float]) -> str:
    """What is wrong with a wavelength axis in nm; empty where nothing is.

    >>> wrong_axis([350.0, 352.0, 352.0])
    'does not rise between number 2 (352) and 3 (352); write every wavelength once, in rising order'
    >>> wrong_axis([0.35e-6, 0.36e-6])
    'number 1 is 3.5e-07; wavelengths in nm are from 0.1 to 1e+06, is this another unit?'
    """
    for number, value in enumerate(values, start=1):
        if not SHORTEST_NM <= value <= LONGEST_NM:
            return (
                f"number {number} is {value:g}; wavelengths in nm are from {SHORTEST_NM:g} to "
                f"{LONGEST_NM:g}, is this another unit?"
            )
    for number in range(1, len(values)):
        if values[number] <= values[number - 1]:
            return (
                f"does not rise between number {number} ({values[number - 1]:g}) and {number + 1} "
                f"({values[number]:g}); write every wavelength once, in rising order"
            )
    return ""


def channels_of(wavelengths: Sequence[float]) -> tuple[str, ...]:
    """Names of the channels of a spectrum.

    >>> channels_of([350.0, 352.5])
    ('350 nm', '352.5 nm')
    """
    return tuple(f"{value:.12g} nm" for value in wavelengths)


def wavelengths_in(names: Sequence[str]) -> tuple[float, ...]:
    """The wavelengths in nm that a table's header names; empty where one name is not a number.

    >>> wavelengths_in(["350.0", "352.5 nm", "355nm"]), wavelengths_in(["red", "350"])
    ((350.0, 352.5, 355.0), ())
    """
    try:
        return tuple(float(name.strip().removesuffix("nm")) for name in names)
    except ValueError:
        return ()


def wavelengths_entry(wavelengths: Sequence[float]) -> object:
    """The entry of the card: first, last and count where they give the same numbers, else the list.

    >>> wavelengths_entry((350.0, 351.0, 352.0)), wavelengths_entry((350.0, 351.0, 353.0))
    ({'first': 350.0, 'last': 352.0, 'count': 3}, [350.0, 351.0, 353.0])
    """
    values = list(wavelengths)
    if len(values) > 2 and np.linspace(values[0], values[-1], len(values)).tolist() == values:
        return {"first": values[0], "last": values[-1], "count": len(values)}
    return values


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
