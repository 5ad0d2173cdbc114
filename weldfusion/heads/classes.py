"""Head for one class out of several."""

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
from weldfusion.heads.weights import balanced_weights, checked_weights

ClassWeights = Literal["none", "balanced"] | Sequence[float]


class ClassHead(Head):
    """Linear layer to one logit per class, cross-entropy loss.

    Args:
        flow: features.
        target: a class target with at least two classes.
        class_weights: `none`, `balanced` (n / (K n_k) of the training part) or one per class.
        label_smoothing: share of the truth spread over all classes, 0 … 1.
        focal_gamma: factor (1 - p_truth)^gamma of the loss, doi:10.1109/ICCV.2017.324; 0: none.
    """

    kind = "class"
    weight: Tensor
    log_prior: Tensor

    def __init__(
        self,
        flow: Flow,
        target: TargetSpec,
        class_weights: ClassWeights = "none",
        label_smoothing: float = 0.0,
        focal_gamma: float = 0.0,
    ) -> None:
        super().__init__(flow, target)
        if target.kind != "class" or len(target.classes) < 2:
            raise ConfigError(f"ClassHead predicts a target with at least two classes, {target.name} is not")
        if not 0.0 <= label_smoothing <= 1.0:
            raise ConfigError(f"label_smoothing is {label_smoothing}, expected 0 … 1")
        if focal_gamma < 0.0:
            raise ConfigError(f"focal_gamma is {focal_gamma}, expected 0 or more")
        count = len(target.classes)
        self.balanced = class_weights == "balanced"
        self.label_smoothing, self.focal_gamma = label_smoothing, focal_gamma
        self.linear = nn.Linear(flow.channels, count)
        self.register_buffer("weight", checked_weights(class_weights, target.classes))
        self.register_buffer("log_prior", torch.full((count,), -float(np.log(count))))

    def fit_truth(self, value: np.ndarray, known: np.ndarray) -> None:
        """Classes (N,) as numbers; the prior is (n_k + 1) / (n + K)."""
        count = len(self.target.classes)
        numbers = np.bincount(np.asarray(value)[np.asarray(known, dtype=bool)].astype(int), minlength=count)
        prior = (numbers + 1.0) / (numbers.sum() + count)
        self.log_prior.copy_(torch.as_tensor(np.log(prior), dtype=torch.float32))
        if self.balanced:
            self.weight.copy_(torch.as_tensor(balanced_weights(numbers), dtype=torch.float32))

    def forward(self, features: Tensor) -> Tensor:
        return self.linear(features)

    def prior(self, count: int) -> Tensor:
        return self.log_prior.expand(count, -1)

    def loss(self, raw: Tensor, truth: Truth) -> Tensor:
        logits = raw.float()
        loss = F.cross_entropy(
            logits, truth.value, weight=self.weight, label_smoothing=self.label_smoothing, reduction="none"
        )
        if self.focal_gamma > 0.0:
            chance = logits.softmax(dim=-1).gather(1, truth.value.unsqueeze(1)).squeeze(1)
            loss = loss * (1.0 - chance).clamp(min=1e-8) ** self.focal_gamma
        return torch.where(truth.known, loss, 0.0)

    def average(self, raw: Tensor, weight: Tensor) -> Tensor:
        """ln of the weighted mean of probabilities, computed without leaving logarithms."""
        log_weight = weight.float().clamp(min=torch.finfo(torch.float32).tiny).log()
        return torch.logsumexp(raw.float().log_softmax(dim=-1) + log_weight.unsqueeze(-1), dim=0)

    def decode(self, raw: Tensor) -> dict[str, Tensor]:
        chance = raw.float().softmax(dim=-1)
        return {name: chance[:, i] for i, name in enumerate(self.target.classes)}
