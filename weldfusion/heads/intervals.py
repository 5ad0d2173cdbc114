"""Head for time intervals: where in the window a pore, a spatter, a gap is."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.heads.dense import checked_steps, known_steps, mean_of_known, values_of
from weldfusion.heads.head import Head
from weldfusion.heads.multilabel import CHANCE_FLOOR
from weldfusion.heads.weights import checked_weights


class IntervalHead(Head):
    """Linear layer to one logit per class and step; binary cross-entropy, mean over classes and steps.

    Raw output (B, classes, steps). A step is called at a probability of one half; successive called
    steps make one event. Where events are rare, `balanced` weights bring the calls near their number.

    Args:
        flow: features.
        target: an intervals target whose steps are known.
        class_weights: factor of the loss where a class is present: `none` (1), `balanced` (absent /
            present steps of the training part) or one per class.
    """

    kind = "intervals"
    weight: Tensor
    logit_prior: Tensor

    def __init__(
        self,
        flow: Flow,
        target: TargetSpec,
        class_weights: Literal["none", "balanced"] | Sequence[float] = "none",
    ) -> None:
        super().__init__(flow, target)
        self.shape = (len(target.classes), checked_steps(target, "intervals", "IntervalHead"))
        self.balanced = class_weights == "balanced"
        self.linear = nn.Linear(flow.channels, self.shape[0] * self.shape[1])
        self.register_buffer("weight", checked_weights(class_weights, target.classes))
        self.register_buffer("logit_prior", torch.zeros(len(target.classes)))

    def fit_truth(self, value: np.ndarray, known: np.ndarray) -> None:
        """Flags (N, K, steps), NaN where unknown; the prior of a class is (n_k + 1) / (n + 2) steps."""
        flags = values_of(value, known)
        present = np.nansum(flags, axis=(0, 2))
        total = np.isfinite(flags).sum(axis=(0, 2))
        prior = np.log((present + 1.0) / (total - present + 1.0))
        self.logit_prior.copy_(torch.as_tensor(prior, dtype=torch.float32))
        if self.balanced:
            both = (present > 0) & (present < total)
            ratio = np.where(both, (total - present) / np.maximum(present, 1.0), 1.0)
            self.weight.copy_(torch.as_tensor(ratio, dtype=torch.float32))

    def forward(self, features: Tensor) -> Tensor:
        return self.linear(features).unflatten(-1, self.shape)

    def prior(self, count: int) -> Tensor:
        return self.logit_prior.unsqueeze(-1).expand(count, *self.shape)

    def loss(self, raw: Tensor, truth: Truth) -> Tensor:
        known = known_steps(truth)
        flags = torch.where(known, truth.value.float(), 0.0)
        each = F.binary_cross_entropy_with_logits(
            raw.float(), flags, pos_weight=self.weight.unsqueeze(-1), reduction="none"
        )
        return mean_of_known(each, known)

    def average(self, raw: Tensor, weight: Tensor) -> Tensor:
        chance = (raw.float().sigmoid() * weight[..., None, None]).sum(dim=0)
        return torch.logit(chance, eps=CHANCE_FLOOR)

    def decode(self, raw: Tensor) -> dict[str, Tensor]:
        chance = raw.float().sigmoid()
        return {name: chance[:, k] for k, name in enumerate(self.target.classes)}
