"""Points of the curves that a report draws: ROC and reliability."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from weldfusion.evaluation.frame import TargetTable
from weldfusion.evaluation.minus import minus
from weldfusion.evaluation.totals import CONFIDENCE_BINS


def roc_points(flag: np.ndarray, score: np.ndarray, most: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """False and true positive rates (P,) from (0, 0) to (1, 1) at falling thresholds; ties are one step.
    At most about `most` points, evenly chosen. Empty where there are no positives or no negatives.

    >>> fpr, tpr = roc_points(np.array([True, False, True]), np.array([0.9, 0.5, 0.1]))
    >>> fpr.tolist(), tpr.tolist()
    ([0.0, 0.0, 1.0, 1.0], [0.0, 0.5, 0.5, 1.0])
    """
    if flag.all() or not flag.any():
        return np.empty(0), np.empty(0)
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    hits, calls = np.cumsum(flag[order])[last], last + 1
    tpr = np.concatenate([[0.0], hits / flag.sum()])
    fpr = np.concatenate([[0.0], (calls - hits) / (~flag).sum()])
    keep = np.unique(np.linspace(0, len(tpr) - 1, min(most, len(tpr))).astype(int))
    return fpr[keep], tpr[keep]


@dataclass(frozen=True)
class Reliability:
    """Of each confidence bin that holds rows: mean confidence, share of right calls, rows."""

    confidence: np.ndarray
    right: np.ndarray
    rows: np.ndarray


def reliability(confidence: np.ndarray, right: np.ndarray) -> Reliability:
    """Ten equal bins of confidence, empty ones left out."""
    edges = np.clip(np.ceil(confidence * CONFIDENCE_BINS).astype(int) - 1, 0, CONFIDENCE_BINS - 1)
    rows = np.bincount(edges, minlength=CONFIDENCE_BINS)
    some = rows > 0
    means = [
        np.bincount(edges, weights=v, minlength=CONFIDENCE_BINS)[some] / rows[some]
        for v in (confidence, right.astype(float))
    ]
    return Reliability(means[0], means[1], rows[some])


@dataclass(frozen=True)
class RankedWeld:
    """One weld, its predictions averaged over folds and seeds. `badness` and `doubt` are larger for worse
    and more doubtful ones; NaN where they are not known."""

    weld: str
    group: str
    truth: str
    predicted: str
    badness: float
    doubt: float


def rank_welds(tables: Mapping[int, TargetTable]) -> list[RankedWeld]:
    """Every weld of a target, in order of its id.

    Badness: 1 − probability of the true class; of flags the largest |probability − truth|; of numbers
    the absolute error. Doubt: 1 − (largest − second largest probability); of flags 1 − 2 |p − ½| of the
    nearest to one half; of numbers the width of the predicted interval, else the spread over seeds.
    """
    first = next(iter(tables.values()))
    weld = np.concatenate([table.weld.astype(str) for table in tables.values()])
    ids, start, code = np.unique(weld, return_index=True, return_inverse=True)
    rows = np.bincount(code)

    def mean(name: str) -> np.ndarray:
        values = np.concatenate([getattr(table, name) for table in tables.values()])
        return np.stack([np.bincount(code, weights=column) / rows for column in values.T], axis=1)

    truth, value = mean("truth"), mean("value")
    group = np.concatenate([table.group.astype(str) for table in tables.values()])[start]
    if first.kind == "real":
        badness = np.abs(value - truth)[:, 0]
        width = (mean("upper") - mean("lower"))[:, 0]
        values = np.concatenate([table.value[:, 0] for table in tables.values()])
        square = np.bincount(code, weights=(values - value[code, 0]) ** 2) / rows
        doubt = np.where(np.isnan(width), np.where(rows > 1, np.sqrt(square), np.nan), width)
        names = [[minus(f"{row[0]:.4g}") for row in matrix] for matrix in (truth, value)]
    elif first.kind == "class":
        top = np.sort(value, axis=1)
        badness, doubt = 1 - (value * truth).sum(axis=1), 1 - (top[:, -1] - top[:, -2])
        names = [[first.classes[k] for k in m.argmax(axis=1)] for m in (np.nan_to_num(truth), value)]
    else:
        badness = np.abs(value - truth).max(axis=1)
        doubt = 1 - 2 * np.abs(value - 0.5).min(axis=1)
        names = [[_flags(first.classes, row) for row in matrix] for matrix in (truth, value)]
    return [
        RankedWeld(
            str(ids[i]),
            str(group[i]),
            "unknown" if np.isnan(truth[i]).any() else names[0][i],
            names[1][i],
            float(badness[i]),
            float(doubt[i]),
        )
        for i in range(len(ids))
    ]


def _flags(classes: tuple[str, ...], row: np.ndarray) -> str:
    return ", ".join(c for c, p in zip(classes, row, strict=True) if p >= 0.5) or "none"
