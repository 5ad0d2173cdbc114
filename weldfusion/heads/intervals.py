"""Head for time intervals: where in the window a pore, a spatter, a gap is."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.heads.dense import checked_steps, known_steps, mean_of_known, values_of
from weldfusion.heads.flags import ClassWeights, FlagHead


class IntervalHead(FlagHead):
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

    def __init__(
        self,
        flow: Flow,
        target: TargetSpec,
        class_weights: ClassWeights = "none",
    ) -> None:
        steps = checked_steps(target, "intervals", "IntervalHead")
        super().__init__(flow, target, class_weights, steps)
        self.shape = (len(target.classes), steps)

    def fit_truth(self, value: np.ndarray, known: np.ndarray) -> None:
        """Flags (N, K, steps), NaN where unknown; the prior of a class is (n_k + 1) / (n + 2) steps."""
        flags = values_of(value, known)
        self.fit_counts(np.nansum(flags, axis=(0, 2)), np.isfinite(flags).sum(axis=(0, 2)))

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
