"""Division of welds into training and test parts, by groups."""

import csv
import io
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

import numpy as np

from weldfusion.data.card import Card
from weldfusion.data.dealing import (
    Dealing,
    Fold,
    Part,
    Shares,
    check_fold,
    groups_of,
    groups_of_card,
    shared_groups,
    warn,
)
from weldfusion.data.files import write_text
from weldfusion.data.manifest import Weld
from weldfusion.data.text import read_text
from weldfusion.errors import SplitError, did_you_mean

__all__ = [
    "ByColumn",
    "Fold",
    "FromFile",
    "HoldOut",
    "KFold",
    "LeaveOneGroupOut",
    "Part",
    "Split",
    "read_split",
    "write_split",
]

SPELLINGS: dict[str, Part] = {
    "train": "fit",
    "training": "fit",
    "val": "select",
    "valid": "select",
    "validation": "select",
    "calibration": "calibrate",
}
HEADER = ["fold", "weld", "group", "part"]


class Split(ABC):
    """A rule that divides welds into folds. Settings are constructor arguments."""

    @abstractmethod
    def folds(self, welds: Sequence[Weld], card: Card, seed: int) -> list[Fold]:
        """One fold for a hold-out, K for K-fold …; keyed by `seed`.

        Limits (few groups, a class that is not tested) are told by `WeldfusionWarning`.

        Raises:
            SplitError: in one line, where welds cannot be divided so, above all where a class would be
                tested without being fitted on.
        """


@dataclass(frozen=True)
class HoldOut(Split):
    """Grouped stratified hold-out.

    Args:
        by: group column whose welds stay together; the card's `group` by default. `weld`: every weld for
            itself, LEAKY where welds of a group resemble each other (a warning says so).
        test: share of the welds that is tested.
        select: share of the training welds on which epochs are chosen.
        calibrate: share of the training welds for calibration (needs 20 training groups).
        fraction: fit on this share of the fit part only.
        target: target whose classes (or bins) are spread evenly; the first class target by default.
        allow_unseen: only warn of a test class that is not in the fit part.
    """

    by: str | None = None
    test: float = 0.25
    select: float = 0.2
    calibrate: float = 0.0
    fraction: float = 1.0
    target: str | None = None
    allow_unseen: bool = False

    def folds(self, welds: Sequence[Weld], card: Card, seed: int) -> list[Fold]:
        shares = Shares(self.select, self.calibrate, self.fraction)
        groups = groups_of(welds, card, self.by)
        dealing = Dealing(welds, groups, card, self.target, self.allow_unseen)
        return [_hold_out(dealing, self.test, shares, seed)]


@dataclass(frozen=True)
class KFold(Split):
    """Grouped stratified k-fold: every weld is tested once in each repeat.

    Args:
        by: group column whose welds stay together; the card's `group` by default. `weld`: every weld for
            itself, LEAKY where welds of a group resemble each other (a warning says so).
        k: number of folds.
        repeats: how often all of it is done with another division.
        select: share of the training welds on which epochs are chosen.
        calibrate: share of the training welds for calibration (needs 20 training groups).
        fraction: fit on this share of the fit part only.
        target: target whose classes (or bins) are spread evenly; the first class target by default.
        allow_unseen: only warn of a test class that is not in the fit part.
    """

    by: str | None = None
    k: int = 5
    repeats: int = 1
    select: float = 0.2
    calibrate: float = 0.0
    fraction: float = 1.0
    target: str | None = None
    allow_unseen: bool = False

    def folds(self, welds: Sequence[Weld], card: Card, seed: int) -> list[Fold]:
        shares = Shares(self.select, self.calibrate, self.fraction)
        if self.k < 2 or self.repeats < 1:
            raise SplitError(f"split: k must be at least 2 and repeats 1, are {self.k} and {self.repeats}")
        dealing = Dealing(welds, groups_of(welds, card, self.by), card, self.target, self.allow_unseen)
        if len(dealing.names) < self.k:
            raise SplitError(
                f"split.k: {self.k} folds of {len(dealing.names)} groups; take at most that many"
            )
        folds = []
        for repeat in range(self.repeats):
            everyone = np.arange(len(dealing.names))
            tests = dealing.deal(everyone, [1 / self.k] * self.k, _rng(seed, repeat), keeper=None)
            for number, test in enumerate(tests):
                name = f"fold{number + 1}" if self.repeats == 1 else f"repeat{repeat + 1}-fold{number + 1}"
                folds.append(dealing.fold(name, test, shares, _rng(seed, repeat, number + 1)))
        return folds


@dataclass(frozen=True)
class LeaveOneGroupOut(Split):
    """One fold per group: it is tested, the others are trained on. Arguments as in `HoldOut`."""

    by: str | None = None
    select: float = 0.2
    calibrate: float = 0.0
    fraction: float = 1.0
    target: str | None = None
    allow_unseen: bool = False

    def folds(self, welds: Sequence[Weld], card: Card, seed: int) -> list[Fold]:
        shares = Shares(self.select, self.calibrate, self.fraction)
        dealing = Dealing(welds, groups_of(welds, card, self.by), card, self.target, self.allow_unseen)
        if len(dealing.names) < 2:
            raise SplitError("split: leaving one group out needs at least 2 groups")
        names = [re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-") for name in dealing.names]
        return [
            dealing.fold(
                f"without-{name}" if name and names.count(name) == 1 else f"without-{name}-{number + 1}",
                np.array([number]),
                shares,
                _rng(seed, number + 1),
            )
            for number, name in enumerate(names)
        ]


@dataclass(frozen=True)
class ByColumn(Split):
    """The division that the manifest's column `split` gives: train (or fit), select (val), calibrate, test.

    Where it names no select part, one is taken out of the training welds by groups. An empty cell or
    `unused` leaves the weld out.

    Args:
        by: group column whose welds stay together; the card's `group` by default. `weld`: every weld for
            itself, LEAKY where welds of a group resemble each other (a warning says so).
        column: `split`, or a group column of the card that holds the parts' names.
        select, calibrate, fraction, target, allow_unseen: as in `HoldOut`.
    """

    by: str | None = None
    column: str = "split"
    select: float = 0.2
    calibrate: float = 0.0
    fraction: float = 1.0
    target: str | None = None
    allow_unseen: bool = False

    def folds(self, welds: Sequence[Weld], card: Card, seed: int) -> list[Fold]:
        shares = Shares(self.select, self.calibrate, self.fraction)
        if self.column != "split" and self.column not in card.groups:
            near = did_you_mean(self.column, [*card.groups, "split"])
            raise SplitError(f"split.column: no column {self.column!r} of parts; {near}")
        parts = {weld.id: _spelled(weld, self.column) for weld in welds}
        groups = groups_of(welds, card, self.by)
        check_fold(Fold("column", parts, dict(zip(parts, groups, strict=True))))
        dealing = Dealing(welds, groups, card, self.target, self.allow_unseen)
        part_of = {dealing.group_of[weld]: part for weld, part in parts.items()}
        held = np.array([part_of[name] for name in dealing.names], dtype=object)
        fixed: dict[Part, np.ndarray] = {
            part: np.flatnonzero(held == part)
            for part in ("select", "calibrate", "test", "unused")
            if (held == part).any()
        }
        fold = dealing.fold_of("column", fixed, np.flatnonzero(held == "fit"), shares, _rng(seed))
        dealing.warn_of_untested([fold])
        return [fold]


@dataclass(frozen=True)
class FromFile(Split):
    """The folds of a file that an earlier run wrote (`split.csv`), exactly.

    Args:
        path: the file.
    """

    path: str

    def folds(self, welds: Sequence[Weld], card: Card, seed: int) -> list[Fold]:
        folds = read_split(Path(self.path))
        known = {weld.id for weld in welds}
        named = groups_of_card(welds, card)
        for fold in folds:
            check_fold(fold)
            if shared := shared_groups(fold, named):
                warn(
                    f"{self.path}: {fold.name}: {len(shared)} groups of {card.group!r} are in training and "
                    f"test ({min(shared)} …); figures flatter where their welds are alike"
                )
            if absent := [weld for weld in fold.parts if weld not in known]:
                raise SplitError(
                    f"{self.path}: {fold.name}: weld {absent[0]} ({len(absent)} in all) is not in the data "
                    "set, or is excluded there"
                )
            if left := known - set(fold.parts):
                warn(f"{self.path}: {fold.name} leaves {len(left)} of {len(known)} welds out")
        return folds


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


def _spelled(weld: Weld, column: str) -> Part:
    found = (weld.split if column == "split" else weld.groups.get(column)) or "unused"
    part = SPELLINGS.get(found.lower(), found.lower())
    if part not in get_args(Part):
        near = did_you_mean(part, [*SPELLINGS, *get_args(Part)])
        raise SplitError(f"weld {weld.id} (row {weld.row}): {column} {found!r} is no part; {near}")
    return cast(Part, part)


def _hold_out(dealing: Dealing, test: float, shares: Shares, seed: int) -> Fold:
    if not 0 < test < 1:
        raise SplitError(f"split.test: must be above 0 and below 1, is {test}")
    everyone = np.arange(len(dealing.names))
    _, tested = dealing.deal(everyone, [1 - test, test], _rng(seed), keeper=0)
    fold = dealing.fold("holdout", tested, shares, _rng(seed, 1))
    dealing.warn_of_untested([fold])
    return fold


def _rng(seed: int, *place: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 0x5B117, *place])))
