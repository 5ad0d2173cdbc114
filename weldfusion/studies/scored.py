"""Where the rows of a study are not scored on the same windows, or not against the same truth."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from weldfusion.evaluation.frame import DENSE, NUMBERS, target_tables
from weldfusion.studies.results import Finished, Outcome

OTHER_WINDOWS = "Windows that a sensor of a row lacks are left out, so rows are scored on different ones."


def differently_scored(outcomes: Sequence[Outcome], targets: Sequence[str] = ()) -> list[str]:
    """A line for each target whose rows have another number of windows, or other truths of welds, than
    others; none where all are alike. Counts are of the first finished cell of each row, test parts being the
    same at every fraction. `targets` names those of the table, all by default."""
    rows: dict[str, Finished] = {}
    for outcome in outcomes:
        if outcome.finished is not None:
            rows.setdefault(outcome.cell.row.name, outcome.finished)
    names = dict.fromkeys(name for one in rows.values() for name in one.metrics["targets"])
    lines = []
    for target in targets or names:
        having = {row: one for row, one in rows.items() if target in one.metrics["targets"]}
        told = [*_counts(target, having), *_truths(target, having)]
        if told:
            lines.append(f"{target}: {'; '.join(told)}. {OTHER_WINDOWS}")
    return lines


def _counts(target: str, rows: Mapping[str, Finished]) -> list[str]:
    """Windows of the rows, where they differ: the count that most rows have comes last."""
    by_count: dict[int, list[str]] = {}
    for row, one in rows.items():
        level: Mapping[str, Any] = one.metrics["targets"][target].get("window", {})
        if level.get("rows"):
            by_count.setdefault(level["rows"], []).append(row)
    if len(by_count) < 2:
        return []
    kind = next(iter(rows.values())).metrics["targets"][target]["kind"]
    *fewer, most = sorted(by_count, key=lambda count: len(by_count[count]))
    word = "steps" if kind in DENSE else "windows"
    told = [f"{count} {word} ({'; '.join(by_count[count])})" for count in fewer]
    rest = "; ".join(by_count[most]) if len(by_count[most]) == 1 else "the other rows"
    return [", ".join([*told, f"{most} ({rest})"])]


def _truths(target: str, rows: Mapping[str, Finished]) -> list[str]:
    """How far the truth per weld of any row is from that of the first of them."""
    if len(rows) < 2:
        return []
    first, *others = (_truth_of(one, target) for one in rows.values())
    kind = next(iter(rows.values())).metrics["targets"][target]["kind"]
    apart = [np.abs(truth - first[key]) for other in others for key, truth in other.items() if key in first]
    most = float(np.max(apart)) if apart else 0.0
    if most <= 1e-6:
        return []
    place = "step" if kind in DENSE else "weld"
    if kind in NUMBERS:
        return [f"the truth of a {place} differs by up to {most:.3g} between the first row and others"]
    changed = {key for other in others for key, truth in other.items()
               if key in first and np.abs(truth - first[key]).max() > 1e-6}  # fmt: skip
    return [f"the truth of {len(changed)} {place}{'s' * (len(changed) > 1)} differs between the first row "
            "and others"]  # fmt: skip


def _truth_of(one: Finished, target: str) -> dict[Any, np.ndarray]:
    """Fold, weld and step → known truth (K,), of one seed: it is the same for all."""
    tables = target_tables(one.welds, target)
    table = tables[min(tables)]
    return dict(zip(table.keys[table.known], table.truth[table.known], strict=True))
