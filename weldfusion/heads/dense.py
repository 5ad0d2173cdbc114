"""What the heads of dense targets share: which steps are known, and the mean over them."""

import numpy as np
import torch
from torch import Tensor

from weldfusion.data.batch import Truth
from weldfusion.data.target import TargetSpec
from weldfusion.errors import ConfigError


def checked_steps(target: TargetSpec, kind: str, head: str) -> int:
    """Steps of a window. Raises ConfigError for another kind, or where they are not known yet."""
    if target.kind != kind:
        raise ConfigError(f"{head} predicts a target of kind {kind}, {target.name} is {target.kind}")
    if target.steps < 1:
        raise ConfigError(f"{head}: how many steps {target.name} has in a window is not known yet")
    return target.steps


def known_steps(truth: Truth) -> Tensor:
    """bool, shape of `truth.value`: the window is known and the step is not NaN."""
    of_windows = truth.known.view(-1, *[1] * (truth.value.ndim - 1))
    return of_windows & ~torch.isnan(truth.value)


def mean_of_known(losses: Tensor, known: Tensor) -> Tensor:
    """Mean (B,) of losses (B, …) over the known places; 0 where there is none.

    >>> mean_of_known(torch.tensor([[1.0, 3.0]]), torch.tensor([[True, False]]))
    tensor([1.])
    """
    total = torch.where(known, losses, 0.0).flatten(1).sum(dim=1)
    return total / known.flatten(1).sum(dim=1).clamp(min=1)


def values_of(value: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The known windows of truths (N, …) as float64, unknown steps NaN."""
    return np.asarray(value, dtype=float)[np.asarray(known, dtype=bool)]
