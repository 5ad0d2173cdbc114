"""From the table of a target to sums per group, and from sums to named figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.sparse import coo_array, csr_array, hstack

from weldfusion.evaluation import figures
from weldfusion.evaluation.frame import Level, TargetTable
from weldfusion.evaluation.weld_events import weld_events

Key = tuple[str, str]
"""Name of a figure and its class ("" for a figure of the whole target)."""

CONFIDENCE_BINS = 10
MOST_SCORES = 4096

HEADLINE = {
    "class": "balanced_accuracy",
    "multilabel": "macro_f1",
    "real": "mae",
    "intervals": "event_f1",
    "curve": "mae",
}
OF_STEPS = "macro_f1"
"""Headline of intervals where no event can be told: per window."""
SMALLER_IS_BETTER = frozenset({"mae", "rmse", "log_loss", "brier", "calibration_error"})


@dataclass(frozen=True)
class Totals:
    """`sums` (G, S) of every group, and `figures`, which maps sums (..., S) to figures (...)."""

    sums: np.ndarray | csr_array
    figures: Callable[[np.ndarray], dict[Key, np.ndarray]]

    def pooled(self) -> dict[Key, float]:
        """Figures of all groups together."""
        sums = np.asarray(self.sums.sum(axis=0), dtype=float)
        return {key: float(value) for key, value in self.figures(sums).items()}

    def resampled(self, counts: np.ndarray) -> dict[Key, np.ndarray]:
        """Figures (R,) when group g is taken `counts[r, g]` times."""
        return self.figures(np.asarray((self.sums.T @ counts.T).T, dtype=float))


def table_totals(table: TargetTable, names: np.ndarray) -> list[Totals]:
    """Sums of every figure of a table whose truths are all known, by group; `names` holds every group
    once, in ascending order."""
    codes, groups = np.searchsorted(names, table.group.astype(str)), len(names)
    return [totals for make in _MAKE[table.kind] for totals in make(table, codes, groups)]


def headline(kind: str, level: Level) -> str:
    """The figure by which predictions of a kind are judged per weld, or per window."""
    return OF_STEPS if kind == "intervals" and level == "window" else HEADLINE[kind]


def confusion_matrix(table: TargetTable) -> np.ndarray:
    """(K, K) counts of a class target, truth in rows; the most probable class is called."""
    size = len(table.classes)
    cell = table.truth.argmax(axis=1) * size + table.value.argmax(axis=1)
    return np.bincount(cell, minlength=size * size).reshape(size, size)


def _group_sum(values: np.ndarray, codes: np.ndarray, groups: int) -> np.ndarray:
    index = coo_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(groups, len(codes)))
    return np.asarray(index.tocsr() @ values)


def _class_totals(table: TargetTable, codes: np.ndarray, groups: int) -> list[Totals]:
    size = len(table.classes)
    truth, called = table.truth.argmax(axis=1), table.value.argmax(axis=1)
    cells = np.zeros((len(table), size * size))
    cells[np.arange(len(table)), truth * size + called] = 1
    losses = np.stack(
        [figures.log_losses(table.truth, table.value), figures.briers(table.truth, table.value)], 1
    )
    bins = _confidence_bins(table.value.max(axis=1), truth == called)
    sums = _group_sum(np.concatenate([cells, losses, bins], axis=1), codes, groups)
    live = np.flatnonzero(table.truth.sum(axis=0) > 0)
    return [Totals(sums, partial(_class_figures, classes=table.classes, live=live))]


def _class_figures(sums: np.ndarray, classes: tuple[str, ...], live: np.ndarray) -> dict[Key, np.ndarray]:
    size = len(classes)
    confusion = sums[..., : size * size].reshape(*sums.shape[:-1], size, size)
    losses, bins = sums[..., size * size : size * size + 2], sums[..., size * size + 2 :]
    rows = confusion.sum(axis=(-2, -1))
    recall, f1 = figures.recalls(confusion), figures.f1s(confusion)
    found = {
        ("balanced_accuracy", ""): recall[..., live].mean(axis=-1),
        ("accuracy", ""): figures.accuracy(confusion),
        ("macro_f1", ""): f1[..., live].mean(axis=-1),
        ("log_loss", ""): figures.safe_ratio(losses[..., 0], rows),
        ("brier", ""): figures.safe_ratio(losses[..., 1], rows),
        ("calibration_error", ""): figures.calibration_error(bins.reshape(*bins.shape[:-1], -1, 3)),
    }
    return found | _per_class(classes, precision=figures.precisions(confusion), recall=recall, f1=f1)


def _per_class(classes: tuple[str, ...], **by_figure: np.ndarray) -> dict[Key, np.ndarray]:
    return {(name, c): value[..., k] for name, value in by_figure.items() for k, c in enumerate(classes)}


def _confidence_bins(confidence: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(N, 3 bins): of the row's bin rows, right rows, confidence."""
    cell = np.clip(np.ceil(confidence * CONFIDENCE_BINS).astype(int) - 1, 0, CONFIDENCE_BINS - 1)
    sums = np.zeros((len(confidence), CONFIDENCE_BINS, 3))
    sums[np.arange(len(confidence)), cell] = np.stack([np.ones(len(confidence)), right, confidence], axis=1)
    return sums.reshape(len(confidence), -1)


def _multilabel_totals(table: TargetTable, codes: np.ndarray, groups: int) -> list[Totals]:
    """A flag is called at a probability of one half and above."""
    flag, call = table.truth > 0.5, table.value >= 0.5
    binary = np.stack([~flag & ~call, ~flag & call, flag & ~call, flag & call], axis=2).astype(float)
    both = np.stack([1 - table.value, table.value], axis=2).reshape(-1, 2)
    flags = np.stack([~flag, flag], axis=2).reshape(-1, 2)
    loss = figures.log_losses(flags, both).reshape(flag.shape).mean(axis=1)
    brier = ((table.value - table.truth) ** 2).mean(axis=1)
    exact = (flag == call).all(axis=1)
    rest = np.stack([np.ones(len(table)), exact, loss, brier], axis=1)
    columns = np.concatenate([binary.reshape(len(table), -1), rest], axis=1)
    sums = _group_sum(columns * table.weight[:, None], codes, groups)
    live = np.flatnonzero(flag.any(axis=0))
    return [Totals(sums, partial(_multilabel_figures, classes=table.classes, live=live))]


def _multilabel_figures(
    sums: np.ndarray, classes: tuple[str, ...], live: np.ndarray
) -> dict[Key, np.ndarray]:
    size = len(classes)
    confusion = sums[..., : 4 * size].reshape(*sums.shape[:-1], size, 2, 2)
    rows, exact, loss, brier = np.moveaxis(sums[..., 4 * size :], -1, 0)
    f1 = figures.f1s(confusion)[..., 1]
    none = np.full(rows.shape, np.nan)
    found = {
        ("macro_f1", ""): f1[..., live].mean(axis=-1) if len(live) else none,
        ("exact_match", ""): figures.safe_ratio(exact, rows),
        ("log_loss", ""): figures.safe_ratio(loss, rows),
        ("brier", ""): figures.safe_ratio(brier, rows),
    }
    precision, recall = figures.precisions(confusion)[..., 1], figures.recalls(confusion)[..., 1]
    return found | _per_class(classes, precision=precision, recall=recall, f1=f1)


def _auc_totals(table: TargetTable, codes: np.ndarray, groups: int) -> list[Totals]:
    """One a class against the rest. Beyond 4,096 different scores, neighbouring ones are tied (by equal
    shares of rows), which moves the area by less than 0.0002."""
    made = []
    for k, name in enumerate(table.classes):
        scores, rank = np.unique(table.value[:, k], return_inverse=True)
        size = len(scores)
        if size > MOST_SCORES:
            place = np.cumsum(np.bincount(rank)) - 1
            rank = (place * MOST_SCORES // len(table))[rank]
            size = MOST_SCORES
        flag = table.truth[:, k] > 0.5
        sides = [
            coo_array((side * table.weight, (codes, rank)), shape=(groups, size)).tocsr()
            for side in (flag, ~flag)
        ]
        made.append(Totals(csr_array(hstack(sides)), partial(_auc_figure, name=name)))
    return made


def _auc_figure(sums: np.ndarray, name: str) -> dict[Key, np.ndarray]:
    positive, negative = np.split(sums, 2, axis=-1)
    return {("auc", name): figures.auc(positive, negative)}


def _precision_totals(table: TargetTable, codes: np.ndarray, groups: int) -> list[Totals]:
    """Average precision from the same sums as the AUC."""
    aucs = _auc_totals(table, codes, groups)
    return [
        Totals(totals.sums, partial(_precision_figure, name=name))
        for totals, name in zip(aucs, table.classes, strict=True)
    ]


def _precision_figure(sums: np.ndarray, name: str) -> dict[Key, np.ndarray]:
    return {("average_precision", name): figures.average_precision(*np.split(sums, 2, axis=-1))}


def _event_totals(table: TargetTable, codes: np.ndarray, groups: int) -> list[Totals]:
    """Hits, calls and true events of each class, where the steps are those of whole welds."""
    if table.level != "weld":
        return []
    counts = weld_events(table)
    sums = np.zeros((groups, len(table.classes), 3))
    for first, of_weld in zip(counts.first, counts.counts, strict=True):
        sums[codes[first]] += of_weld
    live = np.flatnonzero(sums[..., 2].sum(axis=0) > 0)
    found = partial(_event_keys, classes=table.classes, live=live)
    return [Totals(sums.reshape(groups, -1), found)]


def _event_keys(sums: np.ndarray, classes: tuple[str, ...], live: np.ndarray) -> dict[Key, np.ndarray]:
    each = figures.event_figures(sums.reshape(*sums.shape[:-1], len(classes), 3))
    none = np.full(sums.shape[:-1], np.nan)
    found = {
        (name, ""): value[..., live].mean(axis=-1) if len(live) else none for name, value in each.items()
    }
    return found | _per_class(classes, **each)


def _real_totals(table: TargetTable, codes: np.ndarray, groups: int) -> list[Totals]:
    y, error, weight = table.truth[:, 0], table.value[:, 0] - table.truth[:, 0], table.weight
    centred = y - np.average(y, weights=weight)
    given = ~np.isnan(table.lower[:, 0]) & ~np.isnan(table.upper[:, 0])
    inside = given & (table.lower[:, 0] <= y) & (y <= table.upper[:, 0])
    columns = (np.ones(len(y)), np.abs(error), error**2, error, centred, centred**2, given, inside)
    sums = _group_sum(np.stack(columns, axis=1).astype(float) * weight[:, None], codes, groups)
    return [Totals(sums, partial(_real_keys, intervals=bool(given.any())))]


def _real_keys(sums: np.ndarray, intervals: bool) -> dict[Key, np.ndarray]:
    found = {(name, ""): value for name, value in figures.real_figures(sums[..., :6]).items()}
    if intervals:
        found["coverage", ""] = figures.safe_ratio(sums[..., 7], sums[..., 6])
    return found


Make = Callable[[TargetTable, np.ndarray, int], list[Totals]]
_MAKE: Mapping[str, tuple[Make, ...]] = {
    "class": (_class_totals, _auc_totals),
    "multilabel": (_multilabel_totals, _auc_totals),
    "real": (_real_totals,),
    "intervals": (_event_totals, _multilabel_totals, _auc_totals, _precision_totals),
    "curve": (_real_totals,),
}
