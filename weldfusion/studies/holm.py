"""Correction for several comparisons in one table."""

from collections.abc import Mapping
from typing import TypeVar

Name = TypeVar("Name")


def holm(p: Mapping[Name, float | None], missing: int = 0) -> dict[Name, float | None]:
    """p-values so that the chance of one or more false claims among them all stays below the level
    (Holm 1979, Scand. J. Statist. 6:65-70); those that are None are no comparison and stay so.

    `missing` comparisons of the same family, which are still to be made, count as if their p-value were 1:
    so what is claimed before they are made is also claimed after.

    >>> holm({"a": 0.01, "b": 0.04, "c": None, "d": 0.03})
    {'a': 0.03, 'b': 0.06, 'c': None, 'd': 0.06}
    >>> holm({"a": 0.01}, missing=4)
    {'a': 0.05}
    """
    known = sorted(((value, place) for place, value in enumerate(p.values()) if value is not None))
    names = list(p)
    found: dict[Name, float | None] = dict.fromkeys(p)
    least, size = 0.0, len(known) + missing
    for rank, (value, place) in enumerate(known):
        least = max(least, min(1.0, value * (size - rank)))
        found[names[place]] = least
    return found
