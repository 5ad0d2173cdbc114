"""Welds by group, dealt out to test and training and, within training, to its own parts."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from weldfusion.data.allocate import allocate
from weldfusion.data.card import Card
from weldfusion.data.manifest import Weld
from weldfusion.data.strata import strata, target_of
from weldfusion.errors import SplitError, WeldfusionWarning, did_you_mean

Part = Literal["fit", "select", "calibrate", "test", "unused"]
PARTS: tuple[Part, ...] = ("fit", "select", "calibrate", "test")
"""Those whose welds a run uses, in the order in which they are told."""

EACH_WELD = "weld"
FEW_GROUPS = 10
FEW_TO_CALIBRATE = 20


@dataclass(frozen=True)
class Fold:
    """One division: weld id → part. `test` meets no stage of fitting.

    `groups` is weld id → the group it was kept together with.
    """

    name: str
    parts: Mapping[str, Part]
    groups: Mapping[str, str] | None = None

    def welds(self, part: Part) -> list[str]:
        """The weld ids of one part, in the manifest's order."""
        return [weld for weld, its in self.parts.items() if its == part]


@dataclass(frozen=True)
class Shares:
    """How the training welds are divided: shares of its welds, in whole groups.

    `fraction` of the part that is fitted on is kept (its rest becomes `unused`).
    """

    select: float = 0.2
    calibrate: float = 0.0
    fraction: float = 1.0

    def __post_init__(self) -> None:
        for name in ("select", "calibrate"):
            if not 0 <= getattr(self, name) < 1:
                raise SplitError(f"split.{name}: must be at least 0 and below 1, is {getattr(self, name)}")
        if self.select + self.calibrate >= 1:
            raise SplitError(
                f"split.select + split.calibrate: must be below 1, are {self.select + self.calibrate}"
            )
        if not 0 < self.fraction <= 1:
            raise SplitError(f"split.fraction: must be above 0 and at most 1, is {self.fraction}")


class Dealing:
    """The welds of a data set as groups with their mix of classes, and the ways to deal them out.

    Args:
        welds: the welds to divide.
        groups: the group of each weld.
        card: its target named `target` is stratified by (the first class target by default).
        target: name of that target.
        allow_unseen: whether a test class that is not fitted on is only warned of.

    Raises SplitError where the target cannot be stratified by.
    """

    def __init__(
        self, welds: Sequence[Weld], groups: Sequence[str], card: Card, target: str | None, allow_unseen: bool
    ) -> None:
        self.welds = welds
        self.ids = [weld.id for weld in welds]
        self.group_of = dict(zip(self.ids, groups, strict=True))
        self.names, self.index = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
        self.target = target_of(card, target)
        flags, self.classes = strata(welds, self.target)
        self.counts = np.zeros((len(self.names), flags.shape[1]), np.int64)
        np.add.at(self.counts, self.index, flags)
        self.sizes = np.bincount(self.index, minlength=len(self.names))
        self.allow_unseen = allow_unseen

    def deal(
        self, members: np.ndarray, shares: Sequence[float], rng: np.random.Generator, keeper: int | None
    ) -> list[np.ndarray]:
        """The groups of `members` (numbers) of each part, after `allocate`."""
        if not len(members):
            return [members] * len(shares)
        part = allocate(self.counts[members], self.sizes[members], np.asarray(shares, float), rng, keeper)
        return [members[part == number] for number in range(len(shares))]

    def fold(self, name: str, test: np.ndarray, shares: Shares, rng: np.random.Generator) -> Fold:
        """The fold with these test groups; the others are divided into fit, select, calibrate, unused."""
        return self.fold_of(name, {"test": test}, np.setdiff1d(np.arange(len(self.names)), test), shares, rng)

    def fold_of(
        self,
        name: str,
        fixed: Mapping[Part, np.ndarray],
        training: np.ndarray,
        shares: Shares,
        rng: np.random.Generator,
    ) -> Fold:
        """The fold whose `fixed` parts have these groups, and whose `training` groups are divided."""
        held: dict[Part, np.ndarray] = dict(fixed)
        calibrate = 0.0 if "calibrate" in held else self._calibrate_share(name, len(training), shares)
        select = 0.0 if "select" in held else shares.select
        fit, chosen, calibrated = self.deal(
            training, [1 - select - calibrate, select, calibrate], rng, keeper=0
        )
        if len(chosen):
            held["select"] = chosen
        if len(calibrated):
            held["calibrate"] = calibrated
        if shares.fraction < 1:
            fit, unused = self.deal(fit, [shares.fraction, 1 - shares.fraction], rng, keeper=0)
            held["unused"] = np.concatenate([held.get("unused", unused[:0]), unused])
        held["fit"] = fit
        if select and not len(chosen):
            warn(f"{name}: no group can be spared for the select part; the last epoch will be kept")
        self._check_fold(name, held)
        of_group = {int(group): part for part, groups in held.items() for group in groups}
        parts = {
            weld: of_group[int(group)]
            for weld, group in zip(self.ids, self.index, strict=True)
            if int(group) in of_group
        }
        fold = Fold(name, parts, self.group_of)
        check_fold(fold)
        return fold

    def _calibrate_share(self, name: str, groups: int, shares: Shares) -> float:
        if shares.calibrate and groups < FEW_TO_CALIBRATE:
            warn(
                f"{name}: {groups} training groups are too few for a part of their own for calibration "
                f"({FEW_TO_CALIBRATE} are needed); none is kept apart"
            )
            return 0.0
        return shares.calibrate

    def _check_fold(self, name: str, held: Mapping[Part, np.ndarray]) -> None:
        for part in ("fit", "test"):
            if not len(held.get(part, ())):  # type: ignore[call-overload]
                raise SplitError(
                    f"{name}: the {part} part is empty ({len(self.names)} groups in all); "
                    "take more groups, another share or another `by`"
                )
        if self.target is None or self.target.kind == "real":
            return
        fitted = self.counts[held["fit"]].sum(0) > 0
        tested = self.counts[held["test"]].sum(0) > 0
        if unseen := self._names(tested & ~fitted):
            message = f"{name}: {self.target.name} {unseen} is tested but not in the fit part"
            if not self.allow_unseen:
                raise SplitError(
                    f"{message}; it lives in too few groups: use HoldOut, another `by`, another target, a "
                    "larger fraction, or allow_unseen: true"
                )
            warn(message)

    def warn_of_untested(self, folds: Sequence[Fold]) -> None:
        """Warn once of the classes that no fold tests."""
        if self.target is None or self.target.kind == "real":
            return
        tested = {self.group_of[weld] for fold in folds for weld in fold.welds("test")}
        counts = self.counts[np.isin(self.names, sorted(tested))].sum(0)
        if untested := self._names((counts == 0) & (self.counts.sum(0) > 0)):
            warn(f"{self.target.name} {untested} is in no test part, so it is not tested")

    def _names(self, flags: np.ndarray) -> str:
        return ", ".join(name for name, flag in zip(self.classes, flags, strict=True) if flag)


def groups_of(welds: Sequence[Weld], card: Card, by: str | None) -> list[str]:
    """The group of each weld: column `by`, or the card's group, or the weld itself where it has none.

    `by` = `weld` takes every weld for itself: LEAKY where welds of a group resemble each other.

    Raises SplitError where there is no such group column, or a weld's group is empty.
    """
    if not welds:
        raise SplitError("there is no weld to divide")
    if by == EACH_WELD:
        if card.group is not None:
            warn(f"welds of one {card.group!r} are divided one by one; figures flatter where they are alike")
        return [weld.id for weld in welds]
    if by is not None and by not in card.groups:
        raise SplitError(f"split.by: no group column {by!r}; {did_you_mean(by, [*card.groups, EACH_WELD])}")
    column = by or card.group
    if column is None:
        warn("the card names no group column, so welds are divided one by one; say what they share (day, "
             "workpiece) in `groups` and `group` of dataset.yaml")  # fmt: skip
        return [weld.id for weld in welds]
    for weld in welds:
        if not weld.groups.get(column):
            raise SplitError(f"weld {weld.id} (row {weld.row}): group {column!r} is empty; fill it in")
    groups = [weld.groups[column] for weld in welds]
    count = len(set(groups))
    if count < FEW_GROUPS:
        warn(
            f"only {count} groups of {column!r}: figures will be uncertain and intervals may not be estimable"
        )
    return groups


def groups_of_card(welds: Sequence[Weld], card: Card) -> dict[str, str]:
    """Weld id → its group in the card's group column; the weld itself where there is none."""
    return {weld.id: weld.groups.get(card.group or "", weld.id) for weld in welds}


def check_fold(fold: Fold) -> None:
    """Raises SplitError if welds of one group are in more than one part."""
    seen: dict[str, Part] = {}
    for weld, part in fold.parts.items():
        group = (fold.groups or {}).get(weld, weld)
        if seen.setdefault(group, part) != part:
            raise SplitError(f"{fold.name}: group {group} is in the parts {seen[group]} and {part}; "
                             "keep it in one")  # fmt: skip


def shared_groups(fold: Fold, groups: Mapping[str, str]) -> set[str]:
    """Groups with welds in the test part and in a training part; `groups` is weld id → group.

    >>> shared_groups(Fold("f", {"a": "fit", "b": "test", "c": "test"}), {"a": "x", "b": "x", "c": "y"})
    {'x'}
    """

    def of(*parts: Part) -> set[str]:
        return {groups.get(weld, weld) for part in parts for weld in fold.welds(part)}

    return of("test") & of("fit", "select", "calibrate")


def warn(message: str) -> None:
    """A `WeldfusionWarning` about the split."""
    warnings.warn(f"split: {message}", WeldfusionWarning, stacklevel=2)
