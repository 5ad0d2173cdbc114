"""Joining the predictions of a weld's windows into one for the weld."""

import numpy as np

LEAST_CHANCE = 1e-12


def mean_per_weld(values: np.ndarray, weld: np.ndarray) -> np.ndarray:
    """Mean over the windows of each weld: (N, …) and weld number (N,) → (welds, …), by weld number.

    >>> mean_per_weld(np.array([1.0, 3.0, 5.0]), np.array([7, 7, 2]))
    array([5., 2.])
    """
    values = np.asarray(values, dtype=float)
    numbers, place = np.unique(np.asarray(weld), return_inverse=True)
    total = np.zeros((len(numbers), *values.shape[1:]))
    np.add.at(total, place, values)
    count = np.bincount(place, minlength=len(numbers)).reshape(-1, *[1] * (values.ndim - 1))
    return total / count


def mean_log_probability(chance: np.ndarray, weld: np.ndarray) -> np.ndarray:
    """exp(mean ln p) per weld, renormalised over the classes: (N, K) → (welds, K).

    Probabilities below 1e-12 count as 1e-12.

    >>> mean_log_probability(np.array([[0.5, 0.5], [0.9, 0.1]]), np.array([0, 0])).round(2)
    array([[0.75, 0.25]])
    """
    logs = mean_per_weld(np.log(np.clip(chance, LEAST_CHANCE, None)), weld)
    shifted = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)
