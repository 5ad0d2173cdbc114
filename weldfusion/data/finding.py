"""What is wrong with a data set: one record per place, as an error or a warning."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from weldfusion.errors import WeldfusionError

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, where it is and what would be right.

    `row` is the number a spreadsheet shows (header = 1); `field` is a full key of the card, a column
    of a table or a channel. An *error* cannot be read or trusted; a *warning* limits what can be claimed.

    >>> print(Finding("error", "unknown-class", "'god' is no class; did you mean good?", "m.csv", 3))
    m.csv row 3: 'god' is no class; did you mean good?
    >>> print(Finding("error", "card", "dataset.yaml line 4, column 1: found a tab"))
    dataset.yaml line 4, column 1: found a tab
    """

    level: Level
    code: str
    message: str
    file: str = ""
    row: int | None = None
    field: str = ""

    def __str__(self) -> str:
        place = self.file + (f" row {self.row}" if self.row is not None else "")
        place = ", ".join(part for part in (place, self.field) if part)
        return " ".join((f"{place}: {self.message}" if place else self.message).split())


def raise_first(findings: Sequence[Finding], error: type[WeldfusionError]) -> None:
    """Raise `error` with the first error among the findings and the count of the others; else nothing."""
    errors = [finding for finding in findings if finding.level == "error"]
    if not errors:
        return
    more = f" (and {len(errors) - 1} more: see `weldfusion data check`)" if len(errors) > 1 else ""
    raise error(f"{errors[0]}{more}")
