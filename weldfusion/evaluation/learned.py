"""What a late fusion learned of each sensor: rows with remarks, and their mean over networks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

TEMPERATURE, RELIABILITY, REMARKS = "temperature", "reliability", "remarks"
OF_NETWORK = ("fold", "seed", "sensor")
NEAR = 0.005
Row = dict[str, Any]


def learned_rows(
    fold: str,
    seed: int,
    figures: Mapping[str, Mapping[str, float]],
    classes: int,
    limits: tuple[float, float],
) -> list[Row]:
    """One row per sensor of a network: fold, seed, sensor, its figures, remarks.

    `classes` is 0 for a target without any; `limits` are those between which temperatures are searched.
    """
    return [
        {"fold": fold, "seed": seed, "sensor": name, **own, REMARKS: remarks(own, classes, limits)}
        for name, own in figures.items()
    ]


def remarks(figures: Mapping[str, float], classes: int, limits: tuple[float, float]) -> list[str]:
    """What is to be noticed of a sensor.

    >>> remarks({"temperature": 19.999, "reliability": 1 / 3}, 3, (0.05, 20.0))
    ['temperature at its limit of 20', 'no better than chance (1/3)']
    >>> remarks({"temperature": 1.5, "reliability": 0.8}, 3, (0.05, 20.0))
    []
    """
    found = []
    for limit in limits:
        if abs(figures.get(TEMPERATURE, 1.0) / limit - 1) < NEAR:
            found.append(f"temperature at its limit of {limit:g}")
    if classes and figures.get(RELIABILITY, 1.0) < 1 / classes + NEAR:
        found.append(f"no better than chance (1/{classes})")
    return found


def of_sensors(rows: Sequence[Row]) -> dict[str, Row]:
    """By sensor: each figure's (mean, least, most) over the networks, and remarks, with the number of
    networks where they do not hold for all.

    >>> first = {"sensor": "a", "weight": 0.0, "remarks": ["x"]}
    >>> of_sensors([first, {"sensor": "a", "weight": 1.0, "remarks": []}])
    {'a': {'weight': (0.5, 0.0, 1.0), 'remarks': ['x (1 of 2 networks)']}}
    """
    found: dict[str, Row] = {}
    for name in dict.fromkeys(row["sensor"] for row in rows):
        own = [row for row in rows if row["sensor"] == name]
        figures = [key for key in own[0] if key not in (*OF_NETWORK, REMARKS)]
        values = {key: np.array([row[key] for row in own], dtype=float) for key in figures}
        said = [remark for row in own for remark in row[REMARKS]]
        found[name] = {key: (float(v.mean()), float(v.min()), float(v.max())) for key, v in values.items()}
        found[name][REMARKS] = [_of_several(r, said.count(r), len(own)) for r in dict.fromkeys(said)]
    return found


def _of_several(remark: str, count: int, networks: int) -> str:
    return remark if count == networks else f"{remark} ({count} of {networks} networks)"
