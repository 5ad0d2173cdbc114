"""Paired comparison of two sets of predictions of the same welds."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from scipy.special import stdtr

from weldfusion.errors import RunError
from weldfusion.evaluation.frame import TargetTable
from weldfusion.evaluation.intervals import NO_SPREAD, Interval, percentile_interval
from weldfusion.evaluation.measure import Measured
from weldfusion.evaluation.minus import minus
from weldfusion.evaluation.totals import SMALLER_IS_BETTER, Key

Verdict = Literal["beats", "does not beat", "is beaten by", "not estimable"]


@dataclass(frozen=True)
class Difference:
    """How much better ours is: positive is always better, also for errors and losses.

    `p` is the two-sided p-value of no difference, None where there is no interval or it is not told.
    """

    value: float
    interval: Interval
    p: float | None = None

    @property
    def verdict(self) -> Verdict:
        """`beats` if the whole interval is above 0, `is beaten by` if below, else `does not beat`."""
        lower, upper = self.interval.lower, self.interval.upper
        if lower is None or upper is None:
            equal = self.interval.reason == NO_SPREAD and self.value == 0
            return "does not beat" if equal else "not estimable"
        if lower > 0:
            return "beats"
        return "is beaten by" if upper < 0 else "does not beat"

    def turned(self) -> "Difference":
        """The same seen from theirs: how much better theirs is.

        >>> Difference(-0.07, Interval(-0.1, 0.0)).turned().interval
        Interval(lower=0.0, upper=0.1, reason='')
        """
        edges = (self.interval.upper, self.interval.lower)
        lower, upper = (None if edge is None else 0.0 - edge for edge in edges)
        return replace(self, value=0.0 - self.value, interval=Interval(lower, upper, self.interval.reason))

    def in_words(self) -> tuple[Literal["better", "worse"], "Difference"]:
        """Whether ours is better or worse, and by how much: turned where it is worse, so never negative.

        >>> word, size = Difference(-0.07, Interval(-0.1, 0.02)).in_words()
        >>> word, size.value, size.interval.lower
        ('worse', 0.07, -0.02)
        """
        return ("worse", self.turned()) if self.value < 0 else ("better", self)

    def with_edges(self) -> str:
        """
        >>> Difference(-0.0001, Interval(-0.1, 0.02)).with_edges()
        '0.000 [−0.100, 0.020]'
        """
        lower, upper = self.interval.lower or 0.0, self.interval.upper or 0.0
        value, lower, upper = (round(number, 3) + 0.0 for number in (self.value, lower, upper))
        return minus(f"{value:.3f} [{lower:.3f}, {upper:.3f}]")


def as_difference(entry: Mapping[str, Any]) -> Difference:
    """A difference from its place in `metrics.json`; without a p-value where none is told."""
    value = math.nan if entry["value"] is None else entry["value"]
    return Difference(value, Interval(entry["lower"], entry["upper"], entry["reason"]), entry.get("p"))


def difference(ours: Measured, theirs: Measured, key: Key) -> Difference:
    """Difference of one figure of two measurements on the same rows and the same resamples."""
    sign = -1.0 if key[0] in SMALLER_IS_BETTER else 1.0
    resampled = sign * (ours.resampled[key] - theirs.resampled[key])
    value = sign * (ours.value(key) - theirs.value(key))
    found = Difference(value, percentile_interval(resampled, ours.groups))
    if found.verdict == "not estimable":
        return found
    return replace(found, p=two_sided(value, resampled, ours.groups))


def two_sided(value: float, resampled: np.ndarray, groups: int) -> float | None:
    """p-value of no difference: value over standard error, by Student's t with one degree of freedom less
    than there are groups.

    The standard error is the spread of the resampled differences (R,), times √(n / (n − 1)) because resamples
    of n groups spread too little by that; for the mean over groups of equal size this is the t-test.
    Undefined resamples (NaN) do not count. A difference of 0 has a p-value of 1, one without spread none.

    >>> round(two_sided(2.0, np.array([1.0, 2.0, 3.0]), groups=5), 3)
    0.148
    """
    if value == 0:
        return 1.0
    error = float(np.nanstd(resampled, ddof=1)) * math.sqrt(groups / (groups - 1))
    return float(2 * stdtr(groups - 1, -abs(value) / error)) if 0 < error < math.inf else None


def common_rows(
    ours: Mapping[int, TargetTable], theirs: Mapping[int, TargetTable]
) -> tuple[dict[int, TargetTable], dict[int, TargetTable]]:
    """The rows (fold, weld, window) with known truth that every seed of both has.

    Raises RunError if there is none.
    """
    keys = [set(table.keys[table.known]) for side in (ours, theirs) for table in side.values()]
    shared = set.intersection(*keys)
    if not shared:
        raise RunError("comparison: the two sets of predictions have no weld and fold in common")

    def keep(side: Mapping[int, TargetTable]) -> dict[int, TargetTable]:
        masks = {seed: np.array([key in shared for key in table.keys]) for seed, table in side.items()}
        return {seed: table.rows(masks[seed]) for seed, table in side.items()}

    return keep(ours), keep(theirs)
