"""A figure beside that of another model, or of the best of several, and what may be claimed of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from weldfusion.evaluation.compare import Difference, as_difference
from weldfusion.evaluation.intervals import reason_in_words
from weldfusion.evaluation.totals import SMALLER_IS_BETTER

LEVEL_OF_CLAIMS = 0.05
Verdict = Literal["beats", "does not beat", "is beaten by", "cannot be told"]


@dataclass(frozen=True)
class Compared:
    """How much better a figure is than another (positive is better).

    Args:
        difference: with the p-value as if the other model had been named before.
        corrected: p-value after Holm's correction; of a comparison that stands alone, `p`.
        picked_from: how many models the other one is the best of, by this figure on the same welds.
    """

    difference: Difference
    corrected: float | None = None
    picked_from: int = 1

    @property
    def p(self) -> float | None:
        """p-value before Holm's correction: where the best of several is ahead it is multiplied by their
        number (Bonferroni), as each of them might have been ahead by chance; to beat the best of them is no
        easier than to beat one.

        >>> from weldfusion.evaluation.intervals import Interval
        >>> worse = Difference(-0.1, Interval(-0.2, -0.01), 0.02)
        >>> Compared(worse, picked_from=9).p, Compared(worse.turned(), picked_from=9).p
        (0.18, 0.02)
        """
        p = self.difference.p
        return p if p is None or self.difference.value >= 0 else min(1.0, p * self.picked_from)

    @property
    def verdict(self) -> Verdict:
        """A claim only where the corrected p-value is below 0.05 and the interval is without 0; what is not
        better does not beat."""
        if self.corrected is None:
            return "does not beat" if self.difference.value <= 0 else "cannot be told"
        claimed = self.difference.verdict
        if self.corrected >= LEVEL_OF_CLAIMS or claimed == "not estimable":
            return "does not beat"
        return claimed

    def alone(self) -> "Compared":
        """The same as the only comparison of its kind, which needs no correction."""
        return replace(self, corrected=self.p)

    def of(self, difference: Difference) -> "Compared":
        """Another difference from one of the same several models, as the only comparison of its kind."""
        return Compared(difference, picked_from=self.picked_from).alone()

    def sentence(self, name: str, unit: str = "") -> str:
        """The comparison in words.

        >>> from weldfusion.evaluation.intervals import Interval
        >>> def told(p, *edges, value=0.05):
        ...     one = Compared(Difference(value, Interval(*edges), p), picked_from=9)
        ...     return one.alone().sentence("trees")
        >>> told(0.01, 0.01, 0.09)
        'beats trees by 0.050 [0.010, 0.090]'
        >>> told(0.4, -0.02, 0.12)
        'does NOT beat trees (better by 0.050 [−0.020, 0.120])'
        >>> told(0.02, -0.19, -0.01, value=-0.1)
        'does NOT beat trees (worse by 0.100 [0.010, 0.190]; p = 0.18, as the best of 9)'
        >>> told(0.001, -0.19, -0.01, value=-0.1)
        'is BEATEN by trees by 0.100 [0.010, 0.190]'
        >>> told(None, None, None, "not estimable: only 3 groups", value=-0.1)
        'is worse than trees by 0.100 here, which shows nothing (no interval: only 3 groups)'
        """
        one, unit = self.difference, f" {unit}" if unit else ""
        word, size = one.in_words()
        if not one.interval.estimable and one.verdict == "does not beat":
            return f"does NOT beat {name} (equal in every resample)"
        if not one.interval.estimable:
            tail = f"which shows nothing (no interval: {reason_in_words(one.interval.reason)})"
            if one.value == 0 or math.isnan(one.value):
                return f"{'equals' if one.value == 0 else 'cannot be compared with'} {name} here, {tail}"
            return f"is {word} than {name} by {size.value:.3f}{unit} here, {tail}"
        if self.verdict == "beats":
            return f"beats {name} by {one.with_edges()}{unit}"
        if self.verdict == "is beaten by":
            return f"is BEATEN by {name} by {one.turned().with_edges()}{unit}"
        why = "" if one.verdict == "does not beat" or self.p is None else f"; p = {self.p:.2g}"
        if why and self.p != one.p:
            why += f", as the best of {self.picked_from}"
        return f"does NOT beat {name} ({word} by {size.with_edges()}{unit}{why})"


class Best(NamedTuple):
    """The best of several simple baselines by one figure on the welds themselves: its name, its figure as in
    `metrics.json`, how much better ours is."""

    name: str
    figure: Mapping[str, Any]
    gain: Compared


def best_baseline(baselines: Mapping[str, Any], figure: str) -> Best | None:
    """The baseline that is best by this figure, from `baselines` of a level of `metrics.json`; None where the
    figure has no direction or no baseline has it."""
    sign = -1 if figure in SMALLER_IS_BETTER else 1
    values = {
        name: sign * beside["figures"][figure]["value"]
        for name, beside in baselines.items()
        if figure in beside["difference"] and beside["figures"][figure]["value"] is not None
    }
    if not values:
        return None
    name = max(values, key=lambda one: values[one])
    beside = baselines[name]
    gain = Compared(as_difference(beside["difference"][figure]), picked_from=len(values))
    return Best(name, beside["figures"][figure], gain)
