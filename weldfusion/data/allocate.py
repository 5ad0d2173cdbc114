"""Whole groups dealt out to parts so that every part has nearly the same mix of classes."""

import numpy as np

_LACKS_CLASS = 100.0
_EMPTY = 10.0
_ROUNDS = 20
_MOST_GROUPS_TO_REFINE = 300


def allocate(
    counts: np.ndarray,
    sizes: np.ndarray,
    shares: np.ndarray,
    rng: np.random.Generator,
    keeper: int | None = None,
) -> np.ndarray:
    """Deal groups out to parts.

    Greedy on the sum of squared deviations from the wanted share of every column (as scikit-learn's
    StratifiedGroupKFold, which takes the groups with the most uneven classes first), then refined by
    moving single groups while that helps. A column that would lie wholly in one part costs much, unless
    that part is the `keeper`, as does an empty part.

    Args:
        counts: (groups, columns) welds of each class in each group.
        sizes: (groups,) welds of each group.
        shares: (parts,) wanted share of each part, summing to 1.
        rng: order in which equal groups are taken.
        keeper: the part that may hold all groups of a class (training); None: no part may.

    Returns:
        (groups,) number of the part of each group.

    >>> counts = np.array([[2, 0], [0, 2], [2, 0], [0, 2]])
    >>> part = allocate(counts, counts.sum(1), np.array([0.5, 0.5]), np.random.default_rng(0))
    >>> sorted(part[[0, 2]].tolist()), sorted(part[[1, 3]].tolist())
    ([0, 1], [0, 1])
    """
    table = np.concatenate([counts, sizes[:, None]], axis=1).astype(np.float64)
    total = table.sum(0)
    table = table[:, total > 0] / total[total > 0]
    order = rng.permutation(len(table))
    order = order[np.argsort(-table[order].std(axis=1), kind="stable")]
    part = np.full(len(table), -1)
    held = np.zeros((len(shares), table.shape[1]))
    for group in order:
        cost = _costs_of_adding(table[group], held, shares)
        part[group] = np.argmin(np.where(shares > 0, cost, np.inf))
        held[part[group]] += table[group]
    if len(table) <= _MOST_GROUPS_TO_REFINE:
        _refine(part, table, shares, order, keeper)
    return part


def _costs_of_adding(row: np.ndarray, held: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Change of the squared deviation when the group joins each of the parts, (parts,)."""
    wanted = shares[:, None]
    change = (held + row - wanted) ** 2 - (held - wanted) ** 2
    return change.sum(1)


def _cost(held: np.ndarray, shares: np.ndarray, keeper: int | None) -> float:
    lacks = held[:, :-1] > 1 - 1e-9
    if keeper is not None:
        lacks = np.delete(lacks, keeper, axis=0)
    empty = (held[:, -1] < 1e-12) & (shares > 0)
    return float(((held - shares[:, None]) ** 2).sum() + _LACKS_CLASS * lacks.sum() + _EMPTY * empty.sum())


def _refine(
    part: np.ndarray, table: np.ndarray, shares: np.ndarray, order: np.ndarray, keeper: int | None
) -> None:
    """Move single groups, in place, while the cost falls."""
    held = np.stack([table[part == p].sum(0) for p in range(len(shares))])
    best = _cost(held, shares, keeper)
    for _ in range(_ROUNDS):
        before = best
        for group in order:
            for target in range(len(shares)):
                source = part[group]
                if target == source or shares[target] == 0:
                    continue
                moved = held.copy()
                moved[source] -= table[group]
                moved[target] += table[group]
                cost = _cost(moved, shares, keeper)
                if cost < best - 1e-9:
                    part[group], held, best = target, moved, cost
        if best >= before - 1e-9:
            return
