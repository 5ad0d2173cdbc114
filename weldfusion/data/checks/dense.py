"""What is odd about the truth of a dense target: events outside the weld, curves without values."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from weldfusion.data.manifest import Weld
from weldfusion.data.target import TargetSpec
from weldfusion.data.truths import intervals_of, samples_of

Odd = tuple[str, str]
LEAST_COVER = 0.5


def odd_truth(target: TargetSpec, weld: Weld, end_s: float | None) -> Iterator[Odd]:
    """Code and message of what limits the truth of one weld.

    `end_s` is where its longest recording ends, None where nothing was recorded over time.

    Raises ReadError where the file is not usable.
    """
    path = weld.targets[target.name]
    assert isinstance(path, Path)
    if target.level == "interval":
        yield from _odd_intervals(target, path, end_s)
    else:
        yield from _odd_curve(target, path, end_s)


def _odd_intervals(target: TargetSpec, path: Path, end_s: float | None) -> Iterator[Odd]:
    rows = intervals_of(path, target)
    outside = rows[:, 1] <= 0.0
    if end_s is not None:
        outside |= rows[:, 0] >= end_s
        if outside.any():
            first = rows[outside][0]
            yield (
                "outside-weld",
                f"{path}: {int(outside.sum())} of {len(rows)} intervals lie outside the recordings (0 to "
                f"{end_s:.4g} s), first {first[0]:g} to {first[1]:g} s; are they in seconds of weld time?",
            )
    for number, name in enumerate(target.classes):
        own = rows[rows[:, 2] == number]
        own = own[np.argsort(own[:, 0])]
        double = np.flatnonzero(own[1:, 0] < np.maximum.accumulate(own[:, 1])[:-1])
        if len(double):
            at = own[double[0] + 1, 0]
            yield (
                "overlapping-intervals",
                f"{path}: {len(double)} intervals of {name!r} overlap an earlier one, first at {at:g} s; "
                "they count as one event",
            )


def _odd_curve(target: TargetSpec, path: Path, end_s: float | None) -> Iterator[Odd]:
    values = samples_of(path, target)[0]
    known = np.isfinite(values)
    if not known.any():
        yield "no-values", f"{path}: no sample of {target.name} is known; leave the cell empty"
        return
    if not target.may_be_constant and len(values) > 1 and np.ptp(values[known]) == 0:
        yield "constant", f"{path}: {target.name} is {values[known][0]:g} throughout; was it measured?"
    length = len(values) / float(target.rate or 1)
    if end_s is not None and not LEAST_COVER * end_s <= length <= end_s / LEAST_COVER:
        yield (
            "rate-and-length",
            f"{path}: {target.name} lasts {length:.4g} s at {float(target.rate or 1):g} Hz, the recordings "
            f"{end_s:.4g} s; check its rate",
        )
