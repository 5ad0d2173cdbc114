"""The folds of a study: the same for every row that has the same data and the same split."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from weldfusion.data.card import Card
from weldfusion.data.dealing import Fold
from weldfusion.data.splits import Split
from weldfusion.data.strata import strata, target_of
from weldfusion.data.weld import Weld
from weldfusion.studies.fractions import thinned


def whole_folds(split: Split, welds: Sequence[Weld], card: Card, seed: int, splits: int) -> list[Fold]:
    """The folds of `splits` divisions, keyed by `seed` upwards; told apart by name where there are several.

    Raises SplitError as the split does.
    """
    if splits == 1:
        return split.folds(welds, card, seed)
    return [
        replace(fold, name=f"split{number + 1}-{fold.name}")
        for number in range(splits)
        for fold in split.folds(welds, card, seed + number)
    ]


def part_of_folds(
    folds: Sequence[Fold], fraction: float, welds: Sequence[Weld], card: Card, target: str | None, seed: int
) -> list[Fold]:
    """The folds with a fraction of their training welds; see `thinned`. `target` names the one by whose
    classes (or bins) welds are spread; the card's first by default."""
    classes = classes_of(welds, card, target)
    return [thinned(fold, fraction, classes, seed, number) for number, fold in enumerate(folds)]


def classes_of(welds: Sequence[Weld], card: Card, target: str | None) -> Mapping[str, frozenset[str]]:
    """Weld id → its classes, labels or bin of the target that splits are spread by."""
    flags, names = strata(welds, target_of(card, target))
    return {
        weld.id: frozenset(name for name, flag in zip(names, row, strict=True) if flag)
        for weld, row in zip(welds, flags, strict=True)
    }
