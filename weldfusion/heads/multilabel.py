"""Head for several labels at once: the imperfections of a weld."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.heads.flags import ClassWeights, FlagHead


class MultiLabelHead(FlagHead):
    """Linear layer to one logit per label; binary cross-entropy, mean over labels.

    Args:
        flow: features.
        target: a multilabel target.
        class_weights: factor of the loss where a label is present: `none` (1), `balanced`
            (absent / present in the training part) or one per label.
    """

    kind = "multilabel"

    def __init__(
        self,
        flow: Flow,
        target: TargetSpec,
        class_weights: ClassWeights = "none",
    ) -> None:
        if target.kind != "multilabel" or not target.classes:
            raise ConfigError(f"MultiLabelHead predicts a multilabel target, {target.name} is not")
        super().__init__(flow, target, class_weights, steps=1)

    def fit_truth(self, value: np.ndarray, known: np.ndarray) -> None:
        """Label flags (N, K); the prior is (n_k + 1) / (n + 2)."""
        flags = np.asarray(value, dtype=float)[np.asarray(known, dtype=bool)]
        self.fit_counts(flags.sum(axis=0), len(flags))

    def forward(self, features: Tensor) -> Tensor:
        return self.linear(features)

    def prior(self, count: int) -> Tensor:
        return self.logit_prior.expand(count, -1)

    def loss(self, raw: Tensor, truth: Truth) -> Tensor:
        each = F.binary_cross_entropy_with_logits(
            raw.float(), truth.value.float(), pos_weight=self.weight, reduction="none"
        )
        return torch.where(truth.known, each.mean(dim=-1), 0.0)
