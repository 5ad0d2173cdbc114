"""Tables of an evaluation: every figure with its interval and a baseline beside it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from weldfusion.evaluation.compare import as_difference
from weldfusion.evaluation.compared import Compared, Verdict, best_baseline
from weldfusion.report.elements import Cell, Table, short
from weldfusion.report.words import (
    NAMES,
    apart,
    ensemble_gain,
    named,
    with_interval,
    without_brackets,
)
from weldfusion.studies.holm import holm

MOST_GROUPS = 60
OF_STEPS = ("precision", "recall", "f1")
NO_EXCEPTION_NOTE = "“No exception seen”: with n groups, up to 3 / n of new ones may still be exceptions."
CLAIMS: Mapping[Verdict, str] = {
    "beats": "beats it",
    "does not beat": "does NOT beat it",
    "is beaten by": "is BEATEN by it",
    "cannot be told": "cannot be told",
}
PICKED = "The best baseline is picked for each figure by that figure, on these welds, which favours it."
OTHER_SIDE = "Where an edge of “better by” is negative, this run may also be worse, and the other way round."
TEST, TRAINING = "test", ("fit", "select", "calibrate")


def figures_table(level: Mapping[str, Any], unit: str) -> Table:
    """Figure by figure: this run, the baseline that is best by it, and by how much this run is better or
    worse."""
    beside = bool(level["baselines"])
    columns = ["figure", "this run", *["best baseline", "this run is"] * beside]
    rows = []
    for name, figure in level["figures"].items():
        row = [named(name, unit), with_interval(figure)]
        if best := best_baseline(level["baselines"], name):
            row += [f"{with_interval(best.figure)} ({best.name})", apart(best.gain.difference)]
        rows.append(row + ["–"] * (len(columns) - len(row)))
    caption = ["In brackets the 95 % interval from resampling whole groups."]
    caption += [without_brackets(level["figures"].values()), *[OTHER_SIDE, PICKED] * beside]
    return Table(columns, rows, " ".join(filter(None, caption)))


def per_class_table(level: Mapping[str, Any]) -> Table:
    """One row a class: this run, and in the next row the best baseline."""
    best = level["best_baseline"]
    theirs = level["baselines"][best]["per_class"] if best else {}
    names = list(next(iter(level["per_class"].values())))
    if "event_f1" in names:  # those of the steps stand in the table of steps
        names = [name for name in names if name not in OF_STEPS]
    rows: list[list[Cell]] = []
    for name, figures in level["per_class"].items():
        count = level["class_counts"][name]
        ours = [with_interval(figures[f]) for f in names]
        rows.append([name, "this run", count["rows"], count["groups"], *ours])
        if name in theirs:
            rows.append(["", best, "", "", *(with_interval(theirs[name][f]) for f in names)])
    columns = ["class", "model", "rows", "groups", *(NAMES[f] for f in names)]
    caption = "Each class against the rest. " + NO_EXCEPTION_NOTE
    told = without_brackets(figure for figures in level["per_class"].values() for figure in figures.values())
    return Table(columns, rows, f"{caption} {told}".strip())


def baselines_table(target: Mapping[str, Any], level: Mapping[str, Any], unit: str) -> Table:
    """Headline figure of every baseline, and whether this run beats it: p after Holm's correction for as many
    comparisons as there are baselines, whoever is ahead. The mean of the networks stands beside the best one
    only, as in the verdict of the page."""
    headline = target["headline"]
    rows = [["this run", with_interval(level["figures"][headline]), "", "", ""]]
    if ensemble := level.get("ensemble"):
        row = [f"mean of {ensemble['networks']} networks", with_interval(ensemble["figures"][headline])]
        gain = ensemble_gain(level, headline)
        rows.append([*row, *(_beside(gain, " than the best baseline") if gain else ["", "", ""])])
    gains = {name: as_difference(one["difference"][headline]) for name, one in level["baselines"].items()}
    corrected = holm({name: gain.p for name, gain in gains.items()})
    for name, entry in level["baselines"].items():
        against = Compared(gains[name], corrected[name])
        rows.append([name, with_interval(entry["figures"][headline]), *_beside(against)])
    return Table(["model", named(headline, unit), "this run is", "p", "verdict: this run"], rows)


def _beside(against: Compared, than: str = "") -> list[str]:
    p = "–" if against.corrected is None else short(against.corrected)
    return [apart(against.difference) + than, p, CLAIMS[against.verdict]]


def groups_table(level: Mapping[str, Any], unit: str) -> Table:
    """One row a group, worst first; no intervals, each row is one group."""
    entries = level["by_group"]
    figure = entries[0]["figure"]
    sign = 1 if figure != "mae" else -1
    ordered = sorted(entries, key=lambda entry: (sign * entry["value"], entry["group"]))
    rows: list[list[Cell]] = [
        [e["group"], e["rows"], ", ".join(e["classes"]), float(e["value"]), e["baseline"]]
        for e in ordered[:MOST_GROUPS]
    ]
    columns = [
        "group",
        "rows",
        "classes",
        f"{named(figure, unit)}, this run",
        level["best_baseline"] or "baseline",
    ]
    if not any(entry["classes"] for entry in entries):
        columns, rows = [columns[0], columns[1], *columns[3:]], [[r[0], r[1], *r[3:]] for r in rows]
    return Table(columns, rows, "Worst group first", left_out=max(0, len(ordered) - MOST_GROUPS))


def split_table(split: pd.DataFrame) -> Table:
    """One row a fold: welds of each part, and groups that test and training share."""
    parts = [str(part) for part in dict.fromkeys(split["part"])]
    parts.sort(key=lambda part: [*TRAINING, TEST, "unused", part].index(part))
    rows: list[list[Cell]] = []
    for fold, rest in split.groupby("fold", sort=False):
        named = rest["card_group"] if "card_group" in rest else rest["group"]
        shared = set(named[rest["part"] == TEST]) & set(named[rest["part"].isin(TRAINING)])
        counts = [int((rest["part"] == part).sum()) for part in parts]
        groups = int(rest["group"][rest["part"] == TEST].nunique())
        rows.append([str(fold), *counts, groups, len(shared)])
    columns = ["fold", *(f"{part} welds" for part in parts), "test groups", "groups in test and training"]
    return Table(columns, rows[:MOST_GROUPS], left_out=max(0, len(rows) - MOST_GROUPS))
