"""Class weights."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from weldfusion.errors import ConfigError


def balanced_weights(numbers: np.ndarray) -> np.ndarray:
    """n / (K n_k) for the numbers n_k of the K classes found; 1 for a class never seen.

    Their mean over the training samples is 1, so the scale of the loss does not change.

    >>> balanced_weights(np.array([30, 10, 0]))
    array([0.66666667, 2.        , 1.        ])
    """
    numbers = np.asarray(numbers, dtype=float)
    found = numbers > 0
    weights = np.ones_like(numbers)
    weights[found] = numbers.sum() / (found.sum() * numbers[found])
    return weights


def checked_weights(given: str | Sequence[float], classes: Sequence[str]) -> Tensor:
    """One weight per class; all 1 for `none` and `balanced`.

    Raises ConfigError for another word, a wrong number of weights or one that is not positive.
    """
    if isinstance(given, str):
        if given not in ("none", "balanced"):
            raise ConfigError(f"class_weights is {given!r}, expected none, balanced or a list of numbers")
        return torch.ones(len(classes))
    weights = torch.tensor([float(weight) for weight in given])
    if len(weights) != len(classes):
        raise ConfigError(
            f"class_weights has {len(weights)} numbers, expected {len(classes)} ({', '.join(classes)})"
        )
    if not bool((torch.isfinite(weights) & (weights > 0)).all()):
        raise ConfigError(f"class_weights is {weights.tolist()}, expected positive numbers")
    return weights
