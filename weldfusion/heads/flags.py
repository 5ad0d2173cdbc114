"""What the heads of flags share: a class is there or not, in a window or in each of its steps."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.heads.head import Head
from weldfusion.heads.weights import checked_weights

ClassWeights = Literal["none", "balanced"] | Sequence[float]
CHANCE_FLOOR = 1e-6


class FlagHead(Head):
    """Linear layer to `steps` logits for each class; prior and loss weights by class.

    Args:
        class_weights: factor of the loss where a class is present: `none` (1), `balanced` (absent /
            present in the training part) or one per class.
    """

    weight: Tensor
    logit_prior: Tensor

    def __init__(self, flow: Flow, target: TargetSpec, class_weights: ClassWeights, steps: int) -> None:
        super().__init__(flow, target)
        self.balanced = class_weights == "balanced"
        self.linear = nn.Linear(flow.channels, len(target.classes) * steps)
        self.register_buffer("weight", checked_weights(class_weights, target.classes))
        self.register_buffer("logit_prior", torch.zeros(len(target.classes)))

    def fit_counts(self, present: np.ndarray, total: np.ndarray | int) -> None:
        """Prior (n_k + 1) / (n + 2) and weights, from how often each class (K,) is present among `total`."""
        prior = np.log((present + 1.0) / (total - present + 1.0))
        self.logit_prior.copy_(torch.as_tensor(prior, dtype=torch.float32))
        if self.balanced:
            both = (present > 0) & (present < total)
            ratio = np.where(both, (total - present) / np.maximum(present, 1.0), 1.0)
            self.weight.copy_(torch.as_tensor(ratio, dtype=torch.float32))

    def average(self, raw: Tensor, weight: Tensor) -> Tensor:
        shares = weight.view(*weight.shape, *[1] * (raw.ndim - weight.ndim))
        return torch.logit((raw.float().sigmoid() * shares).sum(dim=0), eps=CHANCE_FLOOR)

    def decode(self, raw: Tensor) -> dict[str, Tensor]:
        chance = raw.float().sigmoid()
        return {name: chance[:, place] for place, name in enumerate(self.target.classes)}
