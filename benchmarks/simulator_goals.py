"""Ranges as goals of the simulators' rows."""

from dataclasses import dataclass

from harness import Goal


@dataclass(frozen=True)
class Between(Goal):
    """A range that a value should lie in: `value` ± `tolerance`.

    >>> Between(">=", 4.0, 0.5).met(3.6), str(Between(">=", 4.0, 0.5))
    (True, '3.5 to 4.5')
    """

    tolerance: float = 0.0

    def met(self, value: float) -> bool:
        return abs(value - self.value) <= self.tolerance

    def __str__(self) -> str:
        return f"{self.value - self.tolerance:.4g} to {self.value + self.tolerance:.4g}"


def between(low: float, high: float) -> Between:
    return Between(">=", (low + high) / 2, (high - low) / 2)
