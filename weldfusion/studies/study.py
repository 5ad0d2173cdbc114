"""What a study file says: rows, fractions, folds, and what its table shows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Columns = Literal["fractions", "figures"]


@dataclass(frozen=True)
class Row:
    """One row of the table: how its config differs from that of the study.

    Args:
        name: as it stands in the table.
        files: config files, joined after those of `base`.
        settings: overrides as a nested mapping, joined after the files.
        places: dotted key of an override → file and line where it was written.
        published: column → the figure that the paper tells, shown apart; "" for a table of one column.
        note: what to know of this row.
    """

    name: str
    files: Sequence[Path] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    published: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Study:
    """A whole study.

    Args:
        path: its file.
        rows: in the order of the table; the others are compared with the first.
        base: config files that every row begins with.
        every: what is joined after the files of every row (its name is not used).
        seeds: networks of each fold; None: as many as the config says.
        splits: how often the welds are divided anew.
        fractions: shares of the training welds, ascending.
        targets: targets of the table; all that are trained by default.
        figures: figures of the table; the headline figure of each target by default.
        columns: what the columns of a table are.
        places: dotted key of the file → file and line where it was written.
        title: above the table.
        source: where the published figures are from.
    """

    path: Path
    rows: Sequence[Row]
    base: Sequence[Path] = ()
    every: Row = field(default_factory=lambda: Row("every"))
    seeds: int | None = None
    splits: int = 1
    fractions: Sequence[float] = (1.0,)
    targets: Sequence[str] = ()
    figures: Sequence[str] = ()
    columns: Columns = "figures"
    places: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    source: str = ""

    def cells(self, only: Sequence[str] = ()) -> list["Cell"]:
        """Every row at every fraction, row by row; those of the rows named in `only` if there are any."""
        rows = [row for row in self.rows if not only or row.name in only]
        return [Cell(row, fraction) for row in rows for fraction in self.fractions]


@dataclass(frozen=True)
class Cell:
    """One row at one fraction: one run with all its folds and seeds.

    >>> Cell(Row("ViT-B/16, frozen"), 0.1).name
    'ViT-B-16-frozen-10pc'
    >>> Cell(Row("CAFNet"), 0.125).name
    'CAFNet-12.5pc'
    """

    row: Row
    fraction: float

    @property
    def name(self) -> str:
        """Of its run folder."""
        return f"{folder_name(self.row.name)}-{self.fraction * 100:.6g}pc"


def folder_name(name: str) -> str:
    """A row's name as part of the name of a folder.

    >>> folder_name("α = 0.5")
    'α-0.5'
    """
    return re.sub(r"[^\w.]+", "-", name).strip("-.")


def percent(fraction: float) -> str:
    """
    >>> percent(0.1), percent(0.125), percent(1.0)
    ('10 %', '12.5 %', '100 %')
    """
    return f"{fraction * 100:.6g} %"
