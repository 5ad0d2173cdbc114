"""Head for a curve along the weld: depth, width, gap."""

from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.heads.dense import checked_steps, known_steps, mean_of_known, values_of
from weldfusion.heads.head import Head
from weldfusion.heads.real import LOSSES


class CurveHead(Head):
    """Linear layer to one value per step, in units of the standard deviation of the training truths.

    Raw output (B, steps) and loss (mean over the known steps) are standardised; `decode` gives the
    target's own unit.

    Args:
        flow: features.
        target: a curve target whose steps are known.
        loss: `mse`, `huber` (quadratic up to one standard deviation) or `mae`.
    """

    kind = "curve"
    mean: Tensor
    std: Tensor

    def __init__(self, flow: Flow, target: TargetSpec, loss: Literal["mse", "huber", "mae"] = "mse") -> None:
        super().__init__(flow, target)
        self.steps = checked_steps(target, "curve", "CurveHead")
        self.measure = LOSSES[loss]
        self.linear = nn.Linear(flow.channels, self.steps)
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("std", torch.ones(()))

    def fit_truth(self, value: np.ndarray, known: np.ndarray) -> None:
        """Mean and standard deviation of the known steps of (N, steps); a deviation of 0 counts as 1."""
        values = values_of(value, known)
        values = values[np.isfinite(values)]
        if len(values) == 0:
            return
        self.mean.fill_(float(values.mean()))
        self.std.fill_(float(values.std()) or 1.0)

    def forward(self, features: Tensor) -> Tensor:
        return self.linear(features)

    def prior(self, count: int) -> Tensor:
        return torch.zeros_like(self.mean).expand(count, self.steps)

    def loss(self, raw: Tensor, truth: Truth) -> Tensor:
        known = known_steps(truth)
        wanted = torch.where(known, (truth.value.float() - self.mean) / self.std, 0.0)
        return mean_of_known(self.measure(raw.float(), wanted, reduction="none"), known)

    def average(self, raw: Tensor, weight: Tensor) -> Tensor:
        return (raw.float() * weight.unsqueeze(-1)).sum(dim=0)

    def decode(self, raw: Tensor) -> dict[str, Tensor]:
        return {"": raw.float() * self.std + self.mean}
