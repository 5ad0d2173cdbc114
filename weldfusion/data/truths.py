"""The truth of every window: of its weld, of time intervals, or of samples."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from weldfusion.data.card import TargetKind, TargetSpec
from weldfusion.data.manifest import Weld
from weldfusion.data.steps import step_edges
from weldfusion.data.text import read_text
from weldfusion.errors import ReadError, did_you_mean

Truths = tuple[np.ndarray, np.ndarray]
HEADER = ["t0_s", "t1_s", "value"]
TIE_S = 1e-9
PER_STEP: Mapping[str, TargetKind] = {"intervals": "multilabel", "curve": "real"}
"""What kind of truth each step of a dense target has."""


def empty_truth(target: TargetSpec, count: int) -> Truths:
    """Values and `known` of so many windows without truth.

    Class index int64 (count,), class flags float32 (count, classes) or value float32 (count,); of dense
    targets float32 (count, classes, steps) or (count, steps).
    """
    known = np.zeros(count, bool)
    if target.kind == "class":
        return np.zeros(count, np.int64), known
    if target.kind == "multilabel":
        return np.zeros((count, len(target.classes)), np.float32), known
    if target.dense:
        shape = (count, *([len(target.classes)] if target.classes else []), target.steps)
        return np.zeros(shape, np.float32), known
    return np.zeros(count, np.float32), known


def truth_of_weld(target: TargetSpec, weld: Weld, edges: np.ndarray) -> Truths:
    """Truth of the windows of one weld; 0 where unknown.

    - level weld: the weld's value for every window.
    - level interval: a window has the class whose intervals overlap it most, unknown where more of it is
      covered by none; a label holds where any of its intervals overlaps; a real value is the mean over the
      overlap, unknown where less than half of the window is covered.
    - level sample, an array at `rate` Hz from weld time 0; NaN, a negative class number and what lies
      beyond the array are unknown samples: class numbers (the most frequent one, unknown where more samples
      are), flags (classes, time; any of those known), real values (mean of those known), both unknown where
      less than half of the samples are known.

    Where classes tie, the one that comes first in the window wins (then the first one of the card); where a
    class ties with the unknown, the class wins.

    Of a dense target every step of a window has its own truth by the same rule: a class holds in a step
    that any of its intervals overlaps, a curve has its mean over the step. Unknown steps are NaN; a window
    is known that has a known step.

    Args:
        edges: (windows, 2) in seconds.

    Raises ReadError naming file and row.
    """
    value = weld.targets.get(target.name)
    values, known = empty_truth(target, len(edges))
    if value is None or not len(edges):
        return values, known
    if isinstance(value, Path):
        rules = _INTERVALS if target.level == "interval" else _SAMPLES
        source = intervals_of(value, target) if target.level == "interval" else samples_of(value, target)
        if target.dense:
            return _of_steps(rules[PER_STEP[target.kind]], target, source, edges)
        return rules[target.kind](target, source, edges)
    if target.kind == "class":
        values[:] = _class(target, str(value), f"weld {weld.id} (row {weld.row})")
    elif target.kind == "multilabel":
        for label in value if isinstance(value, tuple) else (str(value),):
            values[:, _class(target, label, f"weld {weld.id} (row {weld.row})")] = 1
    else:
        values[:] = float(value)  # type: ignore[arg-type]
    known[:] = True
    return values, known


def _of_steps(rule: "Rule", target: TargetSpec, source: np.ndarray, edges: np.ndarray) -> Truths:
    """The truth of every step of every window; 0 in windows of which no step is known."""
    one = replace(target, kind=PER_STEP[target.kind], steps=0)
    found, known = rule(one, source, step_edges(edges, target.steps).reshape(-1, 2))
    found[~known] = np.nan
    windows = known.reshape(len(edges), target.steps).max(axis=1)
    found = found.reshape(len(edges), target.steps, *found.shape[1:])
    values = np.ascontiguousarray(found.transpose(0, 2, 1) if found.ndim == 3 else found)
    values[~windows] = 0.0
    return values, windows


def _class(target: TargetSpec, name: str, place: str) -> int:
    if name not in target.classes:
        raise ReadError(f"{place}: {target.name} {name!r} is no class; {did_you_mean(name, target.classes)}")
    return target.classes.index(name)


def intervals_of(path: Path, target: TargetSpec) -> np.ndarray:
    """Rows (t0, t1, class number or value) of an interval file. Raises ReadError naming file and row."""
    rows = list(csv.reader(io.StringIO(read_text(path, ReadError), newline="")))
    if not rows or [cell.strip() for cell in rows[0]] != HEADER:
        raise ReadError(f"{path}: row 1: the header must be {','.join(HEADER)}")
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        place = f"{path}: row {number}"
        try:
            start, end = float(row[0]), float(row[1])
            text = row[2].strip()
            value = float(text) if target.kind == "real" else float(_class(target, text, place))
        except ReadError:
            raise
        except (ValueError, IndexError):
            raise ReadError(f"{place}: {','.join(row)!r} is not {','.join(HEADER)}") from None
        if not (np.isfinite([start, end, value]).all() and end > start):
            raise ReadError(f"{place}: {start:g} to {end:g} is no interval; t1_s must be above t0_s")
        found.append((start, end, value))
    return np.array(found, np.float64).reshape(-1, 3)


def _overlaps(intervals: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Seconds (windows, intervals) that they share."""
    end = np.minimum(edges[:, None, 1], intervals[None, :, 1])
    start = np.maximum(edges[:, None, 0], intervals[None, :, 0])
    return np.maximum(end - start, 0.0)


def _interval_classes(target: TargetSpec, intervals: np.ndarray, edges: np.ndarray) -> Truths:
    shared = _overlaps(intervals, edges)
    of_class = (intervals[:, 2:] == np.arange(len(target.classes))).astype(float)
    held = shared @ of_class
    most = held.max(1, keepdims=True)
    free = np.diff(edges, axis=1) - shared.sum(1, keepdims=True)
    known = ((most > 0) & (most >= free - TIE_S))[:, 0]
    starts = np.where(shared > 0, np.maximum(intervals[:, 0], edges[:, :1]), np.inf)
    first = np.where(of_class > 0, starts[:, :, None], np.inf).min(1, initial=np.inf)
    winner = np.where(held >= most - TIE_S, first, np.inf).argmin(1)
    return np.where(known, winner, 0).astype(np.int64), known


def _interval_labels(target: TargetSpec, intervals: np.ndarray, edges: np.ndarray) -> Truths:
    of_class = (intervals[:, 2:] == np.arange(len(target.classes))).astype(float)
    return (_overlaps(intervals, edges) @ of_class > TIE_S).astype(np.float32), np.ones(len(edges), bool)


def _interval_values(target: TargetSpec, intervals: np.ndarray, edges: np.ndarray) -> Truths:
    shared = _overlaps(intervals, edges)
    covered = shared.sum(1)
    known = (covered > 0) & (covered >= 0.5 * np.diff(edges, axis=1)[:, 0] - TIE_S)
    mean = shared @ intervals[:, 2] / np.where(covered > 0, covered, 1.0)
    return np.where(known, mean, 0.0).astype(np.float32), known


def samples_of(path: Path, target: TargetSpec) -> np.ndarray:
    """Values (rows, time) of a per-sample truth. Raises ReadError naming the file."""
    from weldfusion.data.readers.find import read

    values = np.asarray(read(path).values, np.float64)
    rows = len(target.classes) if target.kind == "multilabel" else 1
    if values.ndim != 2 or len(values) != rows:
        raise ReadError(f"{path}: has shape {values.shape}; {target.name} needs ({rows}, time)")
    if np.isinf(values).any():
        at = int(np.argmax(np.isinf(values).any(axis=0)))
        raise ReadError(f"{path}: sample {at} is infinite; mark samples without a truth by NaN")
    if target.kind == "class":
        wrong = (values >= len(target.classes)) | (np.floor(values) != values) & ~np.isnan(values)
        if wrong.any():
            at = int(np.argmax(wrong[0]))
            raise ReadError(f"{path}: sample {at}: {values[0, at]:g} is no class number; "
                            f"valid: 0 to {len(target.classes) - 1}, negative: unknown")  # fmt: skip
    return values


def _pieces(target: TargetSpec, values: np.ndarray, edges: np.ndarray) -> list[np.ndarray]:
    """The samples (rows, some) taken within each window; NaN where the array has none."""
    rate = float(target.rate or 1)
    places = np.ceil(edges * rate - 1e-6).astype(np.int64)
    places[:, 1] = np.maximum(places[:, 1], places[:, 0] + 1)
    pieces = []
    for start, end in places:
        piece = values[:, max(start, 0) : max(end, 0)]
        before = min(max(-start, 0), end - start)
        after = end - start - before - piece.shape[1]
        pieces.append(np.pad(piece, ((0, 0), (before, after)), constant_values=np.nan))
    return pieces


def _sample_classes(target: TargetSpec, values: np.ndarray, edges: np.ndarray) -> Truths:
    truths, known = empty_truth(target, len(edges))
    for row, (piece,) in enumerate(_pieces(target, values, edges)):
        number = np.where(np.isnan(piece) | (piece < 0), -1, piece).astype(np.int64)
        votes = np.bincount(number + 1, minlength=len(target.classes) + 1)
        most = votes[1:].max()
        if most and most >= votes[0]:
            first = np.argmax((number >= 0) & (votes[number + 1] == most))
            truths[row], known[row] = number[first], True
    return truths, known


def _sample_labels(target: TargetSpec, values: np.ndarray, edges: np.ndarray) -> Truths:
    truths, known = empty_truth(target, len(edges))
    for row, piece in enumerate(_pieces(target, values, edges)):
        finite = np.isfinite(piece).all(0)
        if 2 * finite.sum() >= len(finite):
            truths[row], known[row] = (piece[:, finite] > 0).any(1), True
    return truths, known


def _sample_values(target: TargetSpec, values: np.ndarray, edges: np.ndarray) -> Truths:
    truths, known = empty_truth(target, len(edges))
    for row, piece in enumerate(_pieces(target, values, edges)):
        finite = piece[np.isfinite(piece)]
        if len(finite) and 2 * len(finite) >= piece.size:
            truths[row], known[row] = finite.mean(), True
    return truths, known


Rule = Callable[[TargetSpec, np.ndarray, np.ndarray], Truths]
_INTERVALS: Mapping[str, Rule] = {
    "class": _interval_classes,
    "multilabel": _interval_labels,
    "real": _interval_values,
}
_SAMPLES: Mapping[str, Rule] = {
    "class": _sample_classes,
    "multilabel": _sample_labels,
    "real": _sample_values,
}
