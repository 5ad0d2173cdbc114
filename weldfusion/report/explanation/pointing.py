"""On simulated data: whether the attribution is strongest where something happened."""

from collections.abc import Mapping
from typing import Any

from weldfusion.evaluation.intervals import Interval
from weldfusion.explain.explanation import Explanation
from weldfusion.explain.truth import COLLAPSES, OF_COLLAPSES
from weldfusion.report.elements import Cell, Element, Heading, Table, Text
from weldfusion.report.explanation.shares import Mean
from weldfusion.report.explanation.words import in_percent, spread

OF_KEYHOLES = (
    "The recordings are simulated, so it is known when the keyhole collapsed. Of the windows with such an "
    "event: how often the strongest moment of the map lies at one, and how often a random moment would. An "
    "output that collapses do not cause (penetration, depth) need not point at them: no high rate is to be "
    "expected there."
)
OF_OTHERS = (
    "The recordings are simulated, so it is known when something happened{kinds}. Of the windows with such "
    "an event: how often the strongest moment of the map lies at one, and how often a random moment would. "
    "An output that these events do not cause need not point at them: no high rate is to be expected there."
)
CAUSED = "collapses cause it"


def against_truth(explanation: Explanation) -> list[Element]:
    """Table of the pointing game, and what a sensor of pure noise was given; empty without truth."""
    elements: list[Element] = []
    if played := _entries(explanation, "pointing"):
        kinds = sorted({kind for truth in explanation.truths.values() for kind in truth.event_kind})
        caused = [entry["target"] in OF_COLLAPSES for entry in played]
        collapses = any(caused) or not COLLAPSES.isdisjoint(kinds)
        listed = f" ({', '.join(kinds)})" if kinds else ""
        about = OF_KEYHOLES if collapses else OF_OTHERS.format(kinds=listed)
        columns = ["output", "sensor", "windows with an event", "points at one", "by chance"]
        rows = [_row(entry) for entry in played]
        if collapses:
            columns.insert(1, CAUSED)
            for row, yes in zip(rows, caused, strict=True):
                row.insert(1, "yes" if yes else "no")
        elements += [Heading("Against the truth", 3), Text(about), Table(columns, rows)]
    elements += [Text(line) for line in of_noise(explanation)]
    return elements


def of_noise(explanation: Explanation) -> list[str]:
    """What each sensor that records nothing of the weld was given, a sentence for each target."""
    return [
        f"{entry['modality']} records nothing of the weld; it was given {_part(entry['portion'])} of "
        f"all that the sensors move {entry['target']}, which is that much too much."
        for entry in _entries(explanation, "false_attribution")
    ]


def _row(entry: Mapping[str, Any]) -> list[Cell]:
    output = entry["class"] or entry["target"]
    return [output, entry["modality"], entry["windows"], _part(entry["rate"]), in_percent(entry["chance"])]


def _entries(explanation: Explanation, name: str) -> list[Mapping[str, Any]]:
    found = explanation.figures.get(name)
    return list(found) if isinstance(found, list) else []


def _part(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return f"– ({figure['reason']})"
    interval = Interval(figure["lower"], figure["upper"], figure["reason"])
    return spread(Mean(figure["value"], interval), percent=True)
