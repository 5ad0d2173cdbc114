"""What a report is made of: a list of these small records; the template turns each into HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Literal

from weldfusion.evaluation.minus import minus


@dataclass(frozen=True)
class Link:
    """A cell that leads to the page of this anchor."""

    text: str
    anchor: str


Cell = str | int | float | Link | None


@dataclass(frozen=True)
class Heading:
    """A section title; level 2 opens a section, 3 a part of it."""

    text: str
    level: Literal[2, 3] = 2

    @property
    def anchor(self) -> str:
        """Name to link to.

        >>> Heading("Per weld: verdict").anchor
        'per-weld-verdict'
        """
        return "-".join("".join(c if c.isalnum() else " " for c in self.text.lower()).split())


@dataclass(frozen=True)
class Text:
    """A paragraph; `strong` for the one sentence that must be read."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """A table; numbers are shown with three significant digits, None as a dash. `left_out` rows are
    counted under it."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    left_out: int = 0


@dataclass(frozen=True)
class Figure:
    """A picture as a `data:` address, shown `width` pixels wide or as wide as the page; `alt` says in
    words what it shows."""

    source: str
    alt: str
    width: int
    caption: str = ""


@dataclass(frozen=True)
class WarningBox:
    """A box of sentences that limit what can be claimed, or of bad news."""

    title: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Columns:
    """Elements side by side where the page is wide enough."""

    elements: Sequence["Element"]


Element = Heading | Text | Table | Figure | WarningBox | Columns


def short(value: object) -> str:
    """A value as it is shown in a cell.

    >>> [short(v) for v in (0.93456, 12345.6, 12, None, "oil-2", 1.0, 0.00012, -3, -0.5)]
    ['0.935', '12346', '12', '–', 'oil-2', '1.000', '0.00012', '−3', '−0.500']
    """
    if value is None or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, float):
        return minus(_rounded(value))
    return minus(str(value)) if isinstance(value, Integral) else str(value)


def _rounded(value: float) -> str:
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 100:
        return f"{value:.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.3f}" if size >= 0.001 else f"{value:.2g}"
