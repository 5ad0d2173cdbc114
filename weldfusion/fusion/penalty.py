"""The contract of a penalty: what training adds to the losses of the targets for the features themselves."""

from abc import ABC, abstractmethod

from torch import Tensor, nn

from weldfusion.data.ranges import check_least, check_share
from weldfusion.fusion.fusion import Tensors


class Penalty(nn.Module, ABC):
    """A loss of the features before the last join, in training only; never part of the selection loss.

    First constructor argument: the flows of features by modality name. The task adds
    `weight_at(progress)` times the mean over the samples.

    Args:
        weight: factor of the penalty.
        warmup: share of the training over which the factor rises linearly from 0.

    Raises ConfigError for a weight below 0, or a share that is none.
    """

    def __init__(self, weight: float, warmup: float) -> None:
        super().__init__()
        check_least("weight", weight, 0)
        check_share("warmup", warmup)
        self.weight = weight
        self.warmup = warmup

    def weight_at(self, progress: float) -> float:
        """The factor after this share of the training, 0 to 1."""
        return self.weight * (min(1.0, progress / self.warmup) if self.warmup > 0 else 1.0)

    @abstractmethod
    def forward(self, features: Tensors, present: Tensors) -> Tensor:
        """`features[name]` (B, D_m), `present[name]` bool (B,) → (B,), not yet weighted; 0 where nothing can
        be said of a sample. Values of absent modalities must not count."""
