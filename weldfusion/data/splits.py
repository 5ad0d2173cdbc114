"""Division of welds into training and test parts, by groups."""

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
from weldfusion.data.split_file import read_split
from weldfusion.data.weld import Weld
from weldfusion.errors import SplitError, did_you_mean

SPELLINGS: dict[str, Part] = {
    "train": "fit",
    "training": "fit",
    "val": "select",
    "valid": "select",
    "validation": "select",
    "calibration": "calibrate",
}


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


@dataclass(frozen=True, kw_only=True)
class GroupedSplit(Split):
    """A rule that keeps the welds of a group together and divides the training welds further.

    Args:
        by: group column whose welds stay together; the card's `group` by default. `weld`: every weld for
            itself, LEAKY where welds of a group resemble each other (a warning says so).
        select: share of the training welds on which epochs are chosen.
        calibrate: share of the training welds for calibration (needs 20 training groups).
        fraction: fit on this share of the fit part only.
        target: target whose classes (or bins) are spread evenly; the first class target by default.
        allow_unseen: only warn of a test class that is not in the fit part.
    """

    by: str | None = None
    select: float = 0.2
    calibrate: float = 0.0
    fraction: float = 1.0
    target: str | None = None
    allow_unseen: bool = False

    def folds(self, welds: Sequence[Weld], card: Card, seed: int) -> list[Fold]:
        shares = Shares(self.select, self.calibrate, self.fraction)
        dealing = Dealing(welds, groups_of(welds, card, self.by), card, self.target, self.allow_unseen)
        return self.deal(dealing, shares, seed)

    @abstractmethod
    def deal(self, dealing: Dealing, shares: Shares, seed: int) -> list[Fold]:
        """The folds, by whole groups. Raises SplitError where the groups cannot be divided so."""


@dataclass(frozen=True)
class HoldOut(GroupedSplit):
    """Grouped stratified hold-out.

    Args:
        test: share of the welds that is tested.
    """

    test: float = 0.25

    def deal(self, dealing: Dealing, shares: Shares, seed: int) -> list[Fold]:
        if not 0 < self.test < 1:
            raise SplitError(f"split.test: must be above 0 and below 1, is {self.test}")
        everyone = np.arange(len(dealing.names))
        _, tested = dealing.deal(everyone, [1 - self.test, self.test], _rng(seed), keeper=0)
        fold = dealing.fold("holdout", tested, shares, _rng(seed, 1))
        dealing.warn_of_untested([fold])
        return [fold]


@dataclass(frozen=True)
class KFold(GroupedSplit):
    """Grouped stratified k-fold: every weld is tested once in each repeat.

    Args:
        k: number of folds.
        repeats: how often all of it is done with another division.
    """

    k: int = 5
    repeats: int = 1

    def deal(self, dealing: Dealing, shares: Shares, seed: int) -> list[Fold]:
        if self.k < 2 or self.repeats < 1:
            raise SplitError(f"split: k must be at least 2 and repeats 1, are {self.k} and {self.repeats}")
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
class LeaveOneGroupOut(GroupedSplit):
    """One fold per group: it is tested, the others are trained on."""

    def deal(self, dealing: Dealing, shares: Shares, seed: int) -> list[Fold]:
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
class ByColumn(GroupedSplit):
    """The division that the manifest's column `split` gives: train (or fit), select (val), calibrate, test.

    Where it names no select part, one is taken out of the training welds by groups. An empty cell or
    `unused` leaves the weld out.

    Args:
        column: `split`, or a group column of the card that holds the parts' names.
    """

    column: str = "split"

    def folds(self, welds: Sequence[Weld], card: Card, seed: int) -> list[Fold]:
        if self.column != "split" and self.column not in card.groups:
            near = did_you_mean(self.column, [*card.groups, "split"])
            raise SplitError(f"split.column: no column {self.column!r} of parts; {near}")
        return super().folds(welds, card, seed)

    def deal(self, dealing: Dealing, shares: Shares, seed: int) -> list[Fold]:
        parts = {weld.id: _spelled(weld, self.column) for weld in dealing.welds}
        check_fold(Fold("column", parts, dealing.group_of))
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


def _spelled(weld: Weld, column: str) -> Part:
    found = (weld.split if column == "split" else weld.groups.get(column)) or "unused"
    part = SPELLINGS.get(found.lower(), found.lower())
    if part not in get_args(Part):
        near = did_you_mean(part, [*SPELLINGS, *get_args(Part)])
        raise SplitError(f"weld {weld.id} (row {weld.row}): {column} {found!r} is no part; {near}")
    return cast(Part, part)


def _rng(seed: int, *place: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 0x5B117, *place])))
