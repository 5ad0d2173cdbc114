"""What welds are stratified by: the classes of a target, or bins of a real one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from weldfusion.data.card import Card, TargetSpec
from weldfusion.data.manifest import Weld
from weldfusion.errors import SplitError, did_you_mean

BINS = 5


def target_of(card: Card, name: str | None) -> TargetSpec | None:
    """The target to stratify by: the named one, else the first class, multi-label or real one of weld level.

    Raises SplitError where the card has no such target, or it is not of weld level.
    """
    if name is None:
        order = {"class": 0, "multilabel": 1, "real": 2}
        known = [t for t in card.targets.values() if t.level == "weld" and t.kind in order]
        return min(known, key=lambda target: order[target.kind], default=None)
    if name not in card.targets:
        raise SplitError(f"split.target: no target {name!r}; {did_you_mean(name, card.targets)}")
    if card.targets[name].kind == "mask":
        raise SplitError(f"split.target: {name} is a mask; stratify by another target, or leave it out")
    if card.targets[name].level != "weld":
        raise SplitError(f"split.target: {name} is of level {card.targets[name].level}; stratify by one "
                         "of level weld, or leave it out")  # fmt: skip
    return card.targets[name]


def restricted(card: Card, targets: Sequence[str] | None) -> Card:
    """The card with only these of its targets, in its order; with all of them where `targets` is None."""
    if targets is None:
        return card
    return replace(card, targets={name: t for name, t in card.targets.items() if name in targets})


def strata(welds: Sequence[Weld], target: TargetSpec | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Flags (welds, columns) of what each weld counts for, and the columns' names.

    A class or label is a column; a real target gives up to five bins of equal frequency. A weld whose truth
    is absent counts for no column.

    >>> from weldfusion.data.card import TargetSpec
    >>> welds = [Weld("a", 2, targets={"q": "good"}), Weld("b", 3, targets={"q": None})]
    >>> strata(welds, TargetSpec("q", "class", classes=("good", "bad")))[0].astype(int).tolist()
    [[1, 0], [0, 0]]
    """
    if target is None:
        return np.zeros((len(welds), 0), bool), ()
    values = [weld.targets.get(target.name) for weld in welds]
    if target.kind == "real":
        return _bins(np.array([np.nan if value is None else value for value in values], dtype=float))
    flags = np.zeros((len(welds), len(target.classes)), bool)
    for row, value in enumerate(values):
        labels = () if value is None else value if isinstance(value, tuple) else (value,)
        for label in labels:
            flags[row, target.classes.index(str(label))] = True
    return flags, target.classes


def _bins(values: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    known = np.isfinite(values)
    if not known.any():
        return np.zeros((len(values), 0), bool), ()
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, BINS + 1)[1:-1]))
    number = np.searchsorted(edges, np.where(known, values, 0.0), side="left")
    flags = (number[:, None] == np.arange(len(edges) + 1)) & known[:, None]
    flags = flags[:, flags.any(0)]
    return flags, tuple(f"bin {column + 1}" for column in range(flags.shape[1]))
