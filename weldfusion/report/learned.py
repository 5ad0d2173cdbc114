"""What a late fusion learned of each sensor, as a table and as a line of text."""

from collections.abc import Mapping
from typing import Any

from weldfusion.evaluation.learned import REMARKS, of_sensors
from weldfusion.report.elements import Element, Heading, Table, Text, short

MEANING = (
    "Learned after training, from welds that no gradient saw. Temperature: what the sensor says alone is "
    "divided by it; above 1 it was too sure. Reliability: how far it is believed, 0 … 1 (its balanced "
    "accuracy alone, unless fitted)."
)


def learned_section(target: str, metrics: Mapping[str, Any]) -> list[Element]:
    """Nothing where no late fusion learned; `metrics` is the target's entry of `metrics.json`."""
    rows = metrics.get("sensors")
    if not rows:
        return []
    found = of_sensors(rows)
    figures = _figures(found)
    table = Table(
        ["sensor", *figures, "remark"],
        [
            [name, *(_spread(own[figure]) if figure in own else None for figure in figures), _remarks(own)]
            for name, own in found.items()
        ],
        "Of several networks the mean and, behind it, the least and most.",
    )
    return [Heading(f"What the fusion learned of each sensor: {target}", 3), Text(MEANING), table]


def learned_line(target: str, metrics: Mapping[str, Any]) -> str:
    """The same in one line; empty where there is nothing to tell.

    >>> row = {"fold": "f", "seed": 0, "sensor": "sound", "temperature": 20.0, "remarks": ["at its limit"]}
    >>> learned_line("pore", {"sensors": [row]})
    'pore, learned of each sensor: sound temperature 20.0 (at its limit)'
    """
    told = []
    for name, own in of_sensors(metrics.get("sensors", [])).items():
        figures = ", ".join(f"{figure} {_spread(own[figure])}" for figure in _figures({name: own}))
        told.append(f"{name} {figures}" + (f" ({_remarks(own)})" if own[REMARKS] else ""))
    return f"{target}, learned of each sensor: {'; '.join(told)}" if told else ""


def _figures(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for own in found.values() for key in own if key != REMARKS))


def _spread(figure: tuple[float, float, float]) -> str:
    mean, least, most = figure
    return short(mean) if least == most else f"{short(mean)} ({short(least)} to {short(most)})"


def _remarks(own: Mapping[str, Any]) -> str:
    return "; ".join(own[REMARKS])
