"""The worst and the most doubtful welds, with what was said and what was recorded."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from tqdm import tqdm

from weldfusion.evaluation.along import rank_along
from weldfusion.evaluation.curves import RankedWeld, rank_welds
from weldfusion.evaluation.frame import DENSE, target_tables
from weldfusion.report.elements import Cell, Element, Heading, Table, Text
from weldfusion.report.signals import SignalView, weld_plot

LISTED = 15
MEANING = {
    ("class", "badness"): "1 − probability of the truth",
    ("class", "doubt"): "1 − lead over the next class",
    ("multilabel", "badness"): "largest |probability − truth|",
    ("multilabel", "doubt"): "nearness to ½ (1: undecided)",
    ("real", "badness"): "absolute error",
    ("real", "doubt"): "width of interval, or spread over seeds",
    ("intervals", "badness"): "events missed or falsely called",
    ("intervals", "doubt"): "mean nearness to ½ (1: undecided)",
    ("curve", "badness"): "mean absolute error",
    ("curve", "doubt"): "width of interval, or spread over seeds",
}


def welds_to_look_at(
    target: str,
    windows: pd.DataFrame,
    welds: pd.DataFrame,
    signals: Callable[[str], Mapping[str, SignalView]],
    most: int,
) -> list[Element]:
    """Lists of up to 15 worst and 15 most doubtful welds, the first `most` of each drawn (a weld that is
    both, once)."""
    kind = str(welds["kind"][welds["target"] == target].iloc[0])
    dense = kind in DENSE
    ranked = (rank_along if dense else rank_welds)(target_tables(welds, target))
    along = welds if dense else windows
    part = along[along["target"] == target]
    elements: list[Element] = []
    drawn: set[str] = set()
    for title, field in (("Worst predictions", "badness"), ("Most doubtful predictions", "doubt")):
        first = _largest(ranked, field)
        elements.append(Heading(f"{title}: {target}", 3))
        if not first:
            elements.append(Text(f"Not known: {_why(field)}."))
            continue
        rows: list[list[Cell]] = [
            [w.weld, w.group, w.truth, w.predicted, float(getattr(w, field))] for w in first
        ]
        elements.append(Table(["weld", "group", "truth", "predicted", MEANING[kind, field]], rows))
        todo = [weld for weld in first[:most] if weld.weld not in drawn]
        for weld in tqdm(todo, desc=title.lower(), disable=None, leave=False):
            drawn.add(weld.weld)
            elements += _drawn(weld, part, signals)
    return elements


def _largest(ranked: Sequence[RankedWeld], field: str) -> list[RankedWeld]:
    known = [weld for weld in ranked if not np.isnan(getattr(weld, field))]
    return sorted(known, key=lambda weld: (-getattr(weld, field), weld.weld))[:LISTED]


def _why(field: str) -> str:
    if field == "badness":
        return "no truth is known"
    return "one seed gives numbers without an interval, so nothing tells how sure it is"


def _drawn(
    weld: RankedWeld, along: pd.DataFrame, signals: Callable[[str], Mapping[str, SignalView]]
) -> list[Element]:
    rows = along[along["weld"] == weld.weld]
    if len(rows):
        rows = rows[(rows["seed"] == rows["seed"].min()) & (rows["fold"] == rows["fold"].iloc[0])]
    text = f"Weld {weld.weld}: truth {weld.truth}, predicted {weld.predicted}."
    plot = weld_plot(signals(weld.weld), rows, text, text)
    return [plot] if plot is not None else [Text(f"{text} No recording of it can be drawn.")]
