"""Folds as a CSV file (`split.csv`)."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import cast, get_args

from weldfusion.data.card import Card
from weldfusion.data.dealing import Fold, Part, groups_of_card
from weldfusion.data.files import write_text
from weldfusion.data.text import read_text
from weldfusion.data.weld import Weld
from weldfusion.errors import SplitError, did_you_mean

HEADER = ["fold", "weld", "group", "part"]


def write_split(folds: Sequence[Fold], welds: Sequence[Weld], card: Card, path: Path) -> None:
    """Write folds as CSV (columns fold, weld, group, part), whole or not at all.

    `group` is what the fold kept together, or else the card's group.
    """
    by_card = groups_of_card(welds, card)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for fold in folds:
        groups = fold.groups or by_card
        writer.writerows([fold.name, weld, groups[weld], part] for weld, part in fold.parts.items())
    write_text(path, text.getvalue())


def read_split(path: Path) -> list[Fold]:
    """The folds of a file as `write_split` writes it, in its order.

    Raises SplitError with file and row where a cell is wrong or a weld is twice in a fold.
    """
    rows = list(csv.reader(io.StringIO(read_text(Path(path), SplitError), newline="")))
    if not rows or rows[0] != HEADER:
        raise SplitError(f"{path}: row 1: the header must be {','.join(HEADER)}")
    folds: dict[str, tuple[dict[str, Part], dict[str, str]]] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        if len(row) != len(HEADER):
            raise SplitError(f"{path}: row {number}: has {len(row)} cells; expected {','.join(HEADER)}")
        name, weld, group, part = row
        if part not in get_args(Part):
            raise SplitError(f"{path}: row {number}: part {part!r}; {did_you_mean(part, get_args(Part))}")
        parts, groups = folds.setdefault(name, ({}, {}))
        if weld in parts:
            raise SplitError(f"{path}: row {number}: weld {weld} is twice in {name}; keep one")
        parts[weld] = cast(Part, part)
        groups[weld] = group
    if not folds:
        raise SplitError(f"{path}: has no rows; write one per fold and weld")
    return [Fold(name, parts, groups) for name, (parts, groups) in folds.items()]
