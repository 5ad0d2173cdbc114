"""Where the predictions are right and wrong: counts by class, by group, and what limits the claims."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from weldfusion.evaluation.frame import NUMBERS, TargetTable
from weldfusion.evaluation.intervals import FEWEST_GROUPS
from weldfusion.evaluation.totals import confusion_matrix

FEW_GROUPS = 10

Tables = Mapping[int, TargetTable]


def confusion(tables: Tables) -> list[list[float]] | None:
    """Confusion matrix of a class target, mean over seeds; truth in rows. None for other kinds."""
    first = next(iter(tables.values()))
    if first.kind != "class":
        return None
    matrices = [confusion_matrix(table.rows(table.known)) for table in tables.values()]
    return [[float(cell) for cell in row] for row in np.mean(matrices, axis=0)]


def class_counts(tables: Tables) -> dict[str, dict[str, int]]:
    """Class → rows and groups with this truth; empty for numbers."""
    first = next(iter(tables.values()))
    if first.kind in NUMBERS:
        return {}
    table = first.rows(first.known)
    counts = {}
    for k, name in enumerate(table.classes):
        flag = table.truth[:, k] > 0.5
        counts[name] = {"rows": int(flag.sum()), "groups": len(np.unique(table.group[flag].astype(str)))}
    return counts


def row_scores(table: TargetTable) -> tuple[str, np.ndarray]:
    """Name of the figure and the score (N,) of each row whose mean over rows is that figure: right or
    wrong for classes, all flags right for flags, absolute error for numbers."""
    if table.kind == "class":
        return "accuracy", (table.truth.argmax(axis=1) == table.value.argmax(axis=1)).astype(float)
    if table.kind not in NUMBERS:
        return "exact_match", ((table.truth > 0.5) == (table.value >= 0.5)).all(axis=1).astype(float)
    return "mae", np.abs(table.value[:, 0] - table.truth[:, 0])


def by_group(tables: Tables, baseline: Tables | None) -> list[dict[str, Any]]:
    """One entry a group: rows, classes, figure (mean over seeds) of ours and of a baseline."""
    ours, theirs = _group_means(tables), _group_means(baseline) if baseline else {}
    first = next(iter(tables.values()))
    table = first.rows(first.known)
    name, _ = row_scores(table)
    entries = []
    groups = table.group.astype(str)
    for group in np.unique(groups):
        truth = table.truth[groups == group]
        classes = [c for k, c in enumerate(table.classes) if c and (truth[:, k] > 0.5).any()]
        entries.append(
            {
                "group": str(group),
                "rows": len(truth),
                "classes": classes,
                "figure": name,
                "value": ours.get(str(group)),
                "baseline": theirs.get(str(group)),
            }
        )
    return entries


def _group_means(tables: Tables) -> dict[str, float]:
    sums: dict[str, list[float]] = {}
    for table in tables.values():
        known = table.rows(table.known)
        _, scores = row_scores(known)
        groups, weight = known.group.astype(str), known.weight
        for group in np.unique(groups):
            own = groups == group
            sums.setdefault(str(group), []).append(float(np.average(scores[own], weights=weight[own])))
    return {group: float(np.mean(values)) for group, values in sums.items()}


def limits(tables: Tables) -> list[str]:
    """Sentences on what these welds cannot show: few groups, absent truth."""
    first = next(iter(tables.values()))
    table = first.rows(first.known)
    found = []
    if unknown := len(first) - len(table):
        found.append(f"{unknown} of {len(first)} predictions have no known truth and are left out")
    groups = np.unique(table.group.astype(str))
    if len(groups) < FEW_GROUPS:
        found.append(of_few_groups(len(groups)))
    if table.kind in NUMBERS or not len(table):
        return found
    absent = [name for name, count in class_counts(tables).items() if count["rows"] == 0]
    if absent:
        found.append(f"no truth of {', '.join(absent)} in this part: nothing is known about such welds")
    return found


def of_few_groups(count: int) -> str:
    """What so few groups of test welds can show.

    >>> of_few_groups(5), of_few_groups(1)
    ('only 5 groups: intervals are rough', 'only 1 group: too few for an interval, which needs 5')
    """
    few = f"too few for an interval, which needs {FEWEST_GROUPS}"
    words = few if count < FEWEST_GROUPS else "intervals are rough"
    return f"only {count} group{'' if count == 1 else 's'}: {words}"
