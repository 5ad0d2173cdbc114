"""On simulated data: whether the attribution is strongest where something happened."""

from collections.abc import Mapping
from typing import Any

from weldfusion.evaluation.intervals import Interval
from weldfusion.explain.explanation import Explanation
from weldfusion.explain.truth import OF_COLLAPSES
from weldfusion.report.elements import Cell, Element, Heading, Table, Text
from weldfusion.report.explanation.shares import Mean
from weldfusion.report.explanation.words import in_percent, spread

ABOUT = (
    "The recordings are simulated, so it is known when the keyhole collapsed. Of the windows with such an "
    "event: how often the strongest moment of the map lies at one, and how often a random moment would. An "
    "output that collapses do not cause (penetration, depth) need not point at them: no high rate is to be "
    "expected there."
)


def against_truth(explanation: Explanation) -> list[Element]:
    """Table of the pointing game, and what a sensor of pure noise was given; empty without truth."""
    played = _entries(explanation, "pointing")
    elements: list[Element] = []
    if played:
        rows: list[list[Cell]] = [
            [
                e["class"] or e["target"],
                "yes" if e["target"] in OF_COLLAPSES else "no",
                e["modality"],
                e["windows"],
                _part(e["rate"]),
                in_percent(e["chance"]),
            ]
            for e in played
        ]
        columns = [
            "output",
            "collapses cause it",
            "sensor",
            "windows with an event",
            "points at one",
            "by chance",
        ]
        elements += [Heading("Against the truth", 3), Text(ABOUT), Table(columns, rows)]
    for entry in _entries(explanation, "false_attribution"):
        elements.append(
            Text(
                f"{entry['modality']} records nothing of the weld; it was given {_part(entry['portion'])} of "
                f"all that the sensors move {entry['target']}, which is that much too much."
            )
        )
    return elements


def _entries(explanation: Explanation, name: str) -> list[Mapping[str, Any]]:
    found = explanation.figures.get(name)
    return list(found) if isinstance(found, list) else []


def _part(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return f"– ({figure['reason']})"
    interval = Interval(figure["lower"], figure["upper"], figure["reason"])
    return spread(Mean(figure["value"], interval), percent=True)
