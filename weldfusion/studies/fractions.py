"""Parts of the training welds: whole groups, a smaller one within every larger one; the test part stays."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from weldfusion.data.dealing import Fold, Part

TRAINING: tuple[Part, ...] = ("fit", "select", "calibrate")
_KEY = 0x57D1


def thinned(
    fold: Fold, fraction: float, classes: Mapping[str, frozenset[str]], seed: int, number: int = 0
) -> Fold:
    """The fold with about this share of the welds of each training part; the others become `unused`.

    Groups are taken in one order, keyed by `seed` and the fold's `number`: the next one always has the class
    of which the smallest share was taken so far. A smaller fraction therefore lies within every larger one,
    and the mix of classes stays as near as whole groups allow. The fit part keeps a group of every class
    that it has, every other part at least one group, so that few groups may give more welds than asked for.

    Args:
        fold: the whole fold.
        fraction: above 0, at most 1.
        classes: weld id → its classes (or bins of a number); none where its truth is unknown.
        seed: key of the order.
        number: number of the fold.

    >>> fold = Fold("f", {"a": "fit", "b": "fit", "c": "fit", "d": "fit", "e": "test"})
    >>> kinds = {weld: frozenset(kind) for weld, kind in zip("abcde", "xyxyx", strict=True)}
    >>> half = thinned(fold, 0.5, kinds, seed=0)
    >>> sorted(kinds[weld] == {"x"} for weld in half.welds("fit")), half.welds("test")
    ([False, True], ['e'])
    """
    if fraction >= 1:
        return fold
    groups = fold.groups or {}
    left: set[str] = set()
    for place, part in enumerate(TRAINING):
        welds = fold.welds(part)
        if not welds:
            continue
        members: dict[str, list[str]] = {}
        for weld in welds:
            members.setdefault(groups.get(weld, weld), []).append(weld)
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, _KEY, number, place])))
        order = in_turn(members, classes, rng)
        kept = _enough(order, members, classes, fraction * len(welds), every_class=part == "fit")
        left.update(weld for name in order[kept:] for weld in members[name])
    return replace(fold, parts={w: "unused" if w in left else part for w, part in fold.parts.items()})


def in_turn(
    members: Mapping[str, Sequence[str]], classes: Mapping[str, frozenset[str]], rng: np.random.Generator
) -> list[str]:
    """Names of groups in an order whose every beginning has nearly the same mix of classes.

    `members` maps a group to its welds.
    """
    names = sorted(members)
    kinds = sorted({kind for welds in members.values() for weld in welds for kind in _of(weld, classes)})
    counts = np.array([[_count(members[name], kind, classes) for kind in kinds] for name in names], float)
    counts = np.concatenate([counts.reshape(len(names), len(kinds)), _sizes(names, members)], axis=1)
    shares = counts / counts.sum(axis=0)
    waiting = [int(i) for i in rng.permutation(len(names))]
    taken = np.zeros(shares.shape[1])
    order = []
    while waiting:
        table = shares[waiting]
        open_columns = np.flatnonzero(table.sum(axis=0) > 0)
        scarce = open_columns[np.argmin(taken[open_columns])]
        chosen = waiting.pop(int(np.flatnonzero(table[:, scarce] > 0)[0]))
        taken += shares[chosen]
        order.append(names[chosen])
    return order


def _enough(
    order: Sequence[str],
    members: Mapping[str, Sequence[str]],
    classes: Mapping[str, frozenset[str]],
    wanted: float,
    every_class: bool,
) -> int:
    """How many groups from the beginning make up `wanted` welds as nearly as can be."""
    sizes = np.cumsum([len(members[name]) for name in order])
    kept = int(np.argmin(np.abs(sizes - wanted))) + 1
    if not every_class:
        return kept
    found = [{kind for weld in members[name] for kind in _of(weld, classes)} for name in order]
    everything = set().union(*found)
    while set().union(*found[:kept]) != everything:
        kept += 1
    return kept


def _of(weld: str, classes: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return classes.get(weld, frozenset())


def _count(welds: Sequence[str], kind: str, classes: Mapping[str, frozenset[str]]) -> int:
    return sum(kind in _of(weld, classes) for weld in welds)


def _sizes(names: Sequence[str], members: Mapping[str, Sequence[str]]) -> np.ndarray:
    return np.array([[len(members[name])] for name in names], float)
