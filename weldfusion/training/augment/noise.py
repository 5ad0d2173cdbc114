"""Added white noise."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from weldfusion.training.augment.augmentation import Augmentation


class Noise(Augmentation):
    """White Gaussian noise of `share` times the standard deviation of the sample's own values.

    Args:
        share: 0.05 adds noise 26 dB below the signal.
    """

    def __init__(self, share: float = 0.05) -> None:
        self.share = share

    def numbers(self, shape: Sequence[int]) -> int:
        return 2 * math.prod(shape)

    def __call__(self, x: Tensor, random: Tensor) -> Tensor:
        first, second = random.view(len(x), 2, *x.shape[1:]).unbind(1)
        normal = torch.sqrt(-2 * torch.log1p(-first)) * torch.cos(2 * math.pi * second)
        scale = x.flatten(1).std(dim=1, correction=0).view(-1, *[1] * (x.ndim - 1))
        return x + self.share * scale * normal
