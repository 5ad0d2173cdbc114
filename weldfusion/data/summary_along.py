"""What a data set holds of truths along the weld: events of each class, range of curves."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from weldfusion.data.card import TargetSpec
from weldfusion.data.manifest import Weld
from weldfusion.data.target import WITH_UNIT
from weldfusion.data.truths import intervals_of, samples_of
from weldfusion.errors import ReadError

Row = dict[str, object]


def events(target: TargetSpec, welds: Sequence[Weld], ends_s: Mapping[str, float]) -> list[Row]:
    """One row a class of a target with truths along the weld; none for other targets.

    Tells the welds with an event, those with a truth, the events (overlapping and adjoining intervals are
    one), and the part of the time of all welds with a truth that they cover. A weld lasts from its
    `active_from` to its `active_to`, else from 0 to `ends_s`; the part is "" where neither is known.
    """
    if target.level == "weld" or target.kind in WITH_UNIT:
        return []
    having: Counter[int] = Counter()
    number: Counter[int] = Counter()
    covered = np.zeros(len(target.classes))
    seconds, known, unreadable = 0.0, 0, 0
    for weld in _with_truth(target, welds):
        try:
            spans, length = _spans(target, weld, ends_s.get(weld.id, np.nan))
        except ReadError:
            unreadable += 1
            continue
        known, seconds = known + 1, seconds + length
        for k, own in enumerate(spans):
            having[k] += bool(len(own))
            number[k] += len(own)
            covered[k] += (own[:, 1] - own[:, 0]).sum()
    part = covered / seconds if seconds > 0 else covered * np.nan
    return [
        {
            "target": target.name,
            "class": name,
            "ISO 6520-1": target.codes.get(name, ""),
            "welds": having[k],
            "of welds": known,
            "unreadable": unreadable or "",
            "events": number[k],
            "% of time": "" if np.isnan(part[k]) else round(100 * float(part[k]), 2),
        }
        for k, name in enumerate(target.classes)
    ]


def ranges(target: TargetSpec, welds: Sequence[Weld]) -> Iterator[tuple[float, float, float]]:
    """Least, median and largest value along each weld; welds whose truth cannot be read are passed over."""
    for weld in _with_truth(target, welds):
        try:
            values = _values(target, weld)
        except ReadError:
            continue
        values = values[np.isfinite(values)]
        if len(values):
            yield float(values.min()), float(np.median(values)), float(values.max())


def _with_truth(target: TargetSpec, welds: Sequence[Weld]) -> list[Weld]:
    return [weld for weld in welds if isinstance(weld.targets.get(target.name), Path)]


def _path(target: TargetSpec, weld: Weld) -> Path:
    path = weld.targets[target.name]
    assert isinstance(path, Path)
    return path


def _values(target: TargetSpec, weld: Weld) -> np.ndarray:
    path = _path(target, weld)
    return intervals_of(path, target)[:, 2] if target.level == "interval" else samples_of(path, target)[0]


def _spans(target: TargetSpec, weld: Weld, end_s: float) -> tuple[list[np.ndarray], float]:
    """Start and end (events, 2) in seconds of the events of each class, and how long is known of the weld."""
    path = _path(target, weld)
    if target.level == "sample":
        values = samples_of(path, target)
        rate = float(target.rate or 1)
        labels = target.kind == "multilabel"
        flags = values > 0 if labels else values == np.arange(len(target.classes))[:, None]
        known = np.isfinite(values).all(axis=0) & (values >= 0).all(axis=0)
        return [_stretches(row & known) / rate for row in flags], float(known.sum() / rate)
    start = weld.active_from if weld.active_from is not None else 0.0
    end = weld.active_to if weld.active_to is not None else end_s
    rows = intervals_of(path, target)
    inside = np.clip(rows[:, :2], start, None if np.isnan(end) else end)
    spans = [
        united(inside[(rows[:, 2] == k) & (np.diff(inside)[:, 0] > 0)]) for k, _ in enumerate(target.classes)
    ]
    return spans, end - start


def _stretches(flags: np.ndarray) -> np.ndarray:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return edges.reshape(-1, 2)


def united(spans: np.ndarray) -> np.ndarray:
    """Spans (N, 2) in order of time, with those joined that overlap or touch.

    >>> united(np.array([[2.0, 3.0], [0.0, 1.0], [0.5, 2.0], [4.0, 5.0]])).tolist()
    [[0.0, 3.0], [4.0, 5.0]]
    """
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    if not len(spans):
        return spans
    reach = np.maximum.accumulate(spans[:, 1])
    begins = np.append(True, spans[1:, 0] > reach[:-1])
    lasts = np.append(begins[1:], True)
    return np.stack([spans[begins, 0], reach[lasts]], axis=1)
