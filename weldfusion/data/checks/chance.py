"""Whether a find among few welds is more than chance: the labels are dealt anew, and it is sought again."""

from collections.abc import Callable
from math import comb

import numpy as np

LEVEL = 0.05
DEALS = 39
MANY = 10**5
"""Ways to deal a class to the welds; with so many, hardly a column fits by chance."""
TIED = 0.95
"""Share of the welds of both classes whose group has their class, from which on groups are dealt."""


def likely_by_chance(found: Callable[[np.ndarray], bool], truth: np.ndarray, groups: np.ndarray) -> bool:
    """Whether labels dealt at random are found as well in more than 5 % of the deals (a permutation test).

    Where the welds of a group have one class, whole groups are dealt: 40 welds of 4 groups are 4 cases. Two
    of 4 can be chosen in 6 ways only, of which 2 fit any column of two values that ever fits:

    >>> column = np.array([0, 1, 0, 1])
    >>> def same(truth):
    ...     return len(set(truth ^ column)) == 1
    >>> likely_by_chance(same, column, np.arange(4))
    True

    Args:
        found: whether something is found for labels (welds,) of 0 and 1.
        truth: (welds,) the labels, 0 or 1.
        groups: (welds,) group names.
    """
    _, codes = np.unique(groups.astype(str), return_inverse=True)
    shares = np.bincount(codes, truth) / np.bincount(codes)
    usual = (shares >= 0.5).astype(int)
    agrees = usual[codes] == truth
    tied = np.mean([np.mean(agrees[truth == value]) for value in (0, 1)]) >= TIED
    cases, members = (usual, codes) if tied else (truth, np.arange(len(truth)))
    if comb(len(cases), int(cases.sum())) >= MANY:
        return False
    rng = np.random.Generator(np.random.PCG64(0))
    most = int(LEVEL * (DEALS + 1)) - 1
    hits = 0
    for _ in range(DEALS):
        hits += found(rng.permutation(cases)[members])
        if hits > most:
            return True
    return False
