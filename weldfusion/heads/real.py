"""Head for a real value: strength, depth, width, force …"""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.heads.head import Head

LOSSES: dict[str, Callable[..., Tensor]] = {"mse": F.mse_loss, "huber": F.huber_loss, "mae": F.l1_loss}


class RealHead(Head):
    """Linear layer to one value in units of the training truths' standard deviation.

    Raw output (B,) and loss are standardised; `decode` gives the target's own unit.

    Args:
        flow: features.
        target: a real target.
        loss: `mse`, `huber` (quadratic up to one standard deviation) or `mae`.
        floor: smallest value that can be measured, in the target's unit (0 N for a strength). A truth
            at the floor is left-censored (tobit model, Tobin 1958, doi:10.2307/1907382): a raw output
            below it counts as right, and predictions are cut there.
    """

    kind = "real"
    mean: Tensor
    std: Tensor

    def __init__(
        self,
        flow: Flow,
        target: TargetSpec,
        loss: Literal["mse", "huber", "mae"] = "mse",
        floor: float | None = None,
    ) -> None:
        super().__init__(flow, target)
        if target.kind != "real":
            raise ConfigError(f"RealHead predicts a real target, {target.name} is {target.kind}")
        self.measure = LOSSES[loss]
        self.floor = -math.inf if floor is None else floor
        self.linear = nn.Linear(flow.channels, 1)
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("std", torch.ones(()))

    def fit_truth(self, value: np.ndarray, known: np.ndarray) -> None:
        """Mean and standard deviation of the known values; a deviation of 0 counts as 1."""
        values = np.asarray(value, dtype=float)[np.asarray(known, dtype=bool)]
        if len(values) == 0:
            return
        self.mean.fill_(float(values.mean()))
        self.std.fill_(float(values.std()) or 1.0)

    def forward(self, features: Tensor) -> Tensor:
        return self.linear(features).squeeze(-1)

    def prior(self, count: int) -> Tensor:
        return torch.zeros_like(self.mean).expand(count)

    def loss(self, raw: Tensor, truth: Truth) -> Tensor:
        wanted = (truth.value.float() - self.mean) / self.std
        wanted = torch.where(truth.known, wanted, 0.0)
        right = (truth.value <= self.floor) & (raw.float() * self.std + self.mean <= self.floor)
        counts = truth.known & ~right
        return torch.where(counts, self.measure(raw.float(), wanted, reduction="none"), 0.0)

    def average(self, raw: Tensor, weight: Tensor) -> Tensor:
        return (raw.float() * weight).sum(dim=0)

    def decode(self, raw: Tensor) -> dict[str, Tensor]:
        return {"": (raw.float() * self.std + self.mean).clamp(min=self.floor)}
