"""Head for several labels at once: the imperfections of a weld."""

from collections.abc import Sequence
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
from weldfusion.heads.weights import checked_weights

CHANCE_FLOOR = 1e-6


class MultiLabelHead(Head):
    """Linear layer to one logit per label; binary cross-entropy, mean over labels.

    Args:
        flow: features.
        target: a multilabel target.
        class_weights: factor of the loss where a label is present: `none` (1), `balanced`
            (absent / present in the training part) or one per label.
    """

    kind = "multilabel"
    weight: Tensor
    logit_prior: Tensor

    def __init__(
        self,
        flow: Flow,
        target: TargetSpec,
        class_weights: Literal["none", "balanced"] | Sequence[float] = "none",
    ) -> None:
        super().__init__(flow, target)
        if target.kind != "multilabel" or not target.classes:
            raise ConfigError(f"MultiLabelHead predicts a multilabel target, {target.name} is not")
        self.balanced = class_weights == "balanced"
        self.linear = nn.Linear(flow.channels, len(target.classes))
        self.register_buffer("weight", checked_weights(class_weights, target.classes))
        self.register_buffer("logit_prior", torch.zeros(len(target.classes)))

    def fit_truth(self, value: np.ndarray, known: np.ndarray) -> None:
        """Label flags (N, K); the prior is (n_k + 1) / (n + 2)."""
        flags = np.asarray(value, dtype=float)[np.asarray(known, dtype=bool)]
        present, total = flags.sum(axis=0), len(flags)
        self.logit_prior.copy_(
            torch.as_tensor(np.log((present + 1.0) / (total - present + 1.0)), dtype=torch.float32)
        )
        if self.balanced:
            ratio = np.where(
                (present > 0) & (present < total), (total - present) / np.maximum(present, 1.0), 1.0
            )
            self.weight.copy_(torch.as_tensor(ratio, dtype=torch.float32))

    def forward(self, features: Tensor) -> Tensor:
        return self.linear(features)

    def prior(self, count: int) -> Tensor:
        return self.logit_prior.expand(count, -1)

    def loss(self, raw: Tensor, truth: Truth) -> Tensor:
        each = F.binary_cross_entropy_with_logits(
            raw.float(), truth.value.float(), pos_weight=self.weight, reduction="none"
        )
        return torch.where(truth.known, each.mean(dim=-1), 0.0)

    def average(self, raw: Tensor, weight: Tensor) -> Tensor:
        chance = (raw.float().sigmoid() * weight.unsqueeze(-1)).sum(dim=0)
        return torch.logit(chance, eps=CHANCE_FLOOR)

    def decode(self, raw: Tensor) -> dict[str, Tensor]:
        chance = raw.float().sigmoid()
        return {name: chance[:, i] for i, name in enumerate(self.target.classes)}
