"""Welds of a dense target ranked, and its predictions in brief."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from weldfusion.evaluation.curves import RankedWeld
from weldfusion.evaluation.events import event_counts, runs
from weldfusion.evaluation.frame import NUMBERS, TargetTable
from weldfusion.evaluation.minus import minus

Tables = Mapping[int, TargetTable]


def rank_along(tables: Tables) -> list[RankedWeld]:
    """Every weld of a dense target, in order of its id.

    Badness: of intervals the events that were missed or falsely called, mean over folds and seeds; of a
    curve the mean absolute error over its steps. Doubt: of intervals the mean over the steps of
    1 − 2 |p − ½| of the class nearest to one half; of a curve the mean width of the predicted interval,
    else the mean spread over seeds.
    """
    parts: dict[str, list[TargetTable]] = {}
    for table in tables.values():
        for weld, part in _by_weld(table):
            parts.setdefault(weld, []).append(part)
    return [_ranked(weld, parts[weld]) for weld in sorted(parts)]


def _by_weld(table: TargetTable) -> Iterator[tuple[str, TargetTable]]:
    """The rows of each weld, in order of its steps."""
    ids, code = np.unique(table.weld.astype(str), return_inverse=True)
    order = np.lexsort((table.step, code))
    pieces = np.split(order, np.flatnonzero(np.diff(code[order])) + 1)
    for weld, rows in zip(ids, pieces, strict=True):
        yield str(weld), table.rows(rows)


def _ranked(weld: str, parts: list[TargetTable]) -> RankedWeld:
    first = parts[0]
    describe = _describe_curve if first.kind in NUMBERS else _describe_intervals
    truth, predicted, badness, doubt = describe(parts)
    known = any(part.known.any() for part in parts)
    return RankedWeld(
        weld,
        str(first.group[0]),
        truth if known else "unknown",
        predicted,
        badness if known else np.nan,
        doubt,
    )


def _describe_curve(parts: list[TargetTable]) -> tuple[str, str, float, float]:
    value = np.concatenate([part.value[:, 0] for part in parts])
    truth = np.concatenate([part.truth[:, 0] for part in parts])
    width = np.concatenate([part.upper[:, 0] - part.lower[:, 0] for part in parts])
    error = np.abs(value - truth)
    spread = _mean(width)
    same = len({len(part) for part in parts}) == 1
    if np.isnan(spread) and len(parts) > 1 and same:
        spread = float(np.std([part.value[:, 0] for part in parts], axis=0).mean())
    mean = [minus(f"mean {number:.4g}") for number in (_mean(truth), value.mean())]
    return mean[0], mean[1], _mean(error), spread


def _describe_intervals(parts: list[TargetTable]) -> tuple[str, str, float, float]:
    wrong, called, true = [], [], []
    for part in parts:
        known = part.rows(part.known)
        counts = np.array([_counts(known, k) for k in range(len(part.classes))])
        wrong.append((counts[:, 1] + counts[:, 2] - 2 * counts[:, 0]).sum())
        true.append(counts[:, 2])
        called.append([len(runs(part.value[:, k] >= 0.5, part.edges)) for k in range(len(part.classes))])
    doubt = np.concatenate([1 - 2 * np.abs(part.value - 0.5).min(axis=1) for part in parts])
    classes = parts[0].classes
    names = [_numbered(classes, np.mean(counts, axis=0)) for counts in (true, called)]
    return names[0], names[1], float(np.mean(wrong)), float(doubt.mean())


def _counts(table: TargetTable, k: int) -> np.ndarray:
    if not len(table):
        return np.zeros(3)
    return event_counts(table.truth[:, k], table.value[:, k], table.edges)


def _numbered(classes: tuple[str, ...], counts: np.ndarray) -> str:
    return ", ".join(f"{c} × {n:.3g}" for c, n in zip(classes, counts, strict=True) if n > 0) or "none"


def _mean(values: np.ndarray) -> float:
    return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")


def in_brief(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of dense targets of a prediction frame in fewer rows: of intervals one for every called
    event (with its greatest probability), of a curve one for every weld or window (with its mean).

    `lower` and `upper` are their means over the steps, `x_mm` is that of the middle.
    """
    keys = [name for name in ("weld", "window", "target", "class") if name in rows]
    found = []
    for _, part in rows.groupby(keys, sort=False, dropna=False):
        part = part.sort_values("t0_s", kind="stable")
        if part["kind"].iloc[0] in NUMBERS:
            found.append(_one_row(part, float(part["value"].mean())))
            continue
        edges = part[["t0_s", "t1_s"]].to_numpy(dtype=float)
        for start, end in runs(part["value"].to_numpy() >= 0.5, edges):
            inside = part[(edges[:, 0] >= start) & (edges[:, 1] <= end)]
            found.append(_one_row(inside, float(inside["value"].max())))
    return pd.DataFrame(found, columns=rows.columns)


def _one_row(part: pd.DataFrame, value: float) -> dict[str, object]:
    row = dict(part.iloc[0])
    row |= {"t0_s": part["t0_s"].min(), "t1_s": part["t1_s"].max(), "value": value}
    return row | {name: part[name].mean() for name in ("x_mm", "lower", "upper")}
