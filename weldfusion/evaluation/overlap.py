"""How well a mask found agrees with the true one, and the mean over welds with an interval over groups."""

from collections.abc import Sequence

import numpy as np

from weldfusion.evaluation.intervals import RESAMPLES, Interval, group_counts, percentile_interval


def iou(found: np.ndarray, truth: np.ndarray) -> float:
    """Intersection over union (Jaccard index) of two masks of one shape; 1 where both are empty.

    >>> iou(np.array([1, 1, 0], bool), np.array([0, 1, 1], bool))
    0.3333333333333333
    """
    together = int(np.count_nonzero(found | truth))
    return float(np.count_nonzero(found & truth) / together) if together else 1.0


def dice(found: np.ndarray, truth: np.ndarray) -> float:
    """Twice the intersection over the sum of both (Dice coefficient, F1); 1 where both are empty.

    >>> dice(np.array([1, 1, 0], bool), np.array([0, 1, 1], bool))
    0.5
    """
    both = int(np.count_nonzero(found)) + int(np.count_nonzero(truth))
    return float(2 * np.count_nonzero(found & truth) / both) if both else 1.0


def mean_over_groups(values: Sequence[float], groups: Sequence[str], seed: int) -> tuple[float, Interval]:
    """Mean of one value a weld, and its 95 % interval from resampling whole groups."""
    numbers = np.asarray(values, float)
    names, member = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    sums, sizes = np.bincount(member, numbers), np.bincount(member)
    counts = group_counts(len(names), RESAMPLES, seed)
    return float(numbers.mean()), percentile_interval(counts @ sums / (counts @ sizes), len(names))
