"""Where the sensors contradict each other: the conflict of right and of wrong welds, and the largest."""

from typing import Any

import numpy as np
import pandas as pd

from weldfusion.evaluation.conflict import right_and_wrong, weld_conflicts, wrong_above_right
from weldfusion.report.draw import COLOURS, draw
from weldfusion.report.elements import Cell, Element, Figure, Heading, Table, Text, short

LISTED = 15
FEWEST = 5
BINS = np.linspace(0, 1, 21)
MEANING = (
    "Conflict κ of Dempster's rule is the share of what the sensors say that cannot be true together: 0 "
    "where one is alone or all are sure of one class, larger where they doubt or name different classes, "
    "1 where they leave nothing in common. Unsure probabilities contradict themselves: two sensors that "
    "both say one half for each of two classes agree, and κ is 0.5. So compare κ with that of other welds, "
    "not with 0. Of a weld it is the mean of its windows; in the prediction files the column is “conflict”, "
    "and “total_conflict” is 1 where nothing is left in common (κ rounds to 1 before that)."
)


def conflict_section(target: str, welds: pd.DataFrame) -> list[Element]:
    """Nothing where the fusion of a target does not tell its conflict."""
    found = weld_conflicts(welds, target)
    if not found:
        return []
    right, wrong = right_and_wrong(found)
    elements: list[Element] = [Heading(f"Conflict of the sensors: {target}"), Text(MEANING)]
    if len(right) + len(wrong):
        elements += [Text(_in_words(right, wrong)), conflict_plot(right, wrong)]
    if total := [w for w in found if w.total > 0]:
        elements.append(Text(_in_total(len(total))))
    rows: list[list[Cell]] = [
        [w.weld, w.group, w.truth, w.predicted, w.conflict, w.total] for w in found[:LISTED]
    ]
    columns = ["weld", "group", "truth", "predicted", "conflict κ", "windows in total conflict (share)"]
    return [*elements, Table(columns, rows, "Largest conflict.", left_out=max(0, len(found) - LISTED))]


def conflict_plot(right: np.ndarray, wrong: np.ndarray) -> Figure:
    """Shares of the welds called right and wrong in twenty bins of κ."""

    def paint(canvas: Any) -> None:
        ax = canvas.subplots()
        for values, colour, name in ((right, COLOURS[0], "right"), (wrong, COLOURS[1], "wrong")):
            if len(values):
                share = np.full(len(values), 1 / len(values))
                label = f"called {name}: {len(values)}"
                ax.hist(values, BINS, weights=share, color=colour, alpha=0.55, label=label)
        ax.set(xlabel="conflict κ of the weld", ylabel="share of the welds", xlim=(0, 1))
        ax.legend()

    return draw((4.8, 3.0), paint, "conflict of welds called right and wrong", "Welds by conflict.")


def counted(welds: int) -> str:
    """
    >>> counted(1), counted(3)
    ('1 weld', '3 welds')
    """
    return f"{welds} weld{'' if welds == 1 else 's'}"


def _in_total(welds: int) -> str:
    return (
        f"{counted(welds)} with windows in total conflict: the sensors leave nothing in common, and by "
        "Dempster's rule every class is then as probable as any other."
    )


def _in_words(right: np.ndarray, wrong: np.ndarray) -> str:
    if min(len(right), len(wrong)) < FEWEST:
        return (
            f"{counted(len(right))} called right, {counted(len(wrong))} called wrong: too few to compare "
            f"their κ (at least {FEWEST} of each)."
        )
    said = [
        f"median κ of {len(values)} welds called {name}: {short(float(np.median(values)))}"
        for values, name in ((right, "right"), (wrong, "wrong"))
    ]
    said.append(
        "a weld called wrong has more conflict than one called right with a chance of "
        f"{wrong_above_right(right, wrong):.2f} (0.50: conflict tells nothing)"
    )
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."
