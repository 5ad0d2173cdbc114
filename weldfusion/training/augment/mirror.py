"""Mirrored images."""

from collections.abc import Sequence

import torch
from torch import Tensor

from weldfusion.training.augment.augmentation import Augmentation, only_images


class Mirror(Augmentation):
    """Images mirrored, with a chance of one half; all images of a set or sequence together.

    Args:
        axis: `width` (left and right change places) or `height`.
    """

    def __init__(self, axis: str = "width") -> None:
        if axis not in ("width", "height"):
            raise ValueError(f"must be width or height, is {axis}")
        self.dim = -1 if axis == "width" else -2

    def numbers(self, shape: Sequence[int]) -> int:
        only_images("Mirror", shape)
        return 1

    def __call__(self, x: Tensor, random: Tensor) -> Tensor:
        flip = (random < 0.5).view(-1, *[1] * (x.ndim - 1))
        return torch.where(flip, x.flip(self.dim), x)
