"""A figure of a study's table beside that of another model, and what may be claimed of it."""

from dataclasses import dataclass
from typing import Literal

from weldfusion.evaluation.compare import Difference

LEVEL_OF_CLAIMS = 0.05
Verdict = Literal["beats", "does not beat", "is beaten by", "cannot be told"]


@dataclass(frozen=True)
class Compared:
    """How much better a figure is than another (positive is better).

    Args:
        difference: with the p-value as if the other model had been named before.
        corrected: p-value after Holm's correction.
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
