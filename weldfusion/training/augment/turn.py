"""Images turned by quarters."""

from collections.abc import Sequence

import torch
from torch import Tensor

from weldfusion.errors import ConfigError
from weldfusion.training.augment.augmentation import Augmentation, only_images


class Turn(Augmentation):
    """Square images turned by 0, 90, 180 or 270 degrees; all images of a set or sequence together."""

    def numbers(self, shape: Sequence[int]) -> int:
        only_images("Turn", shape)
        if shape[-1] != shape[-2]:
            raise ConfigError(f"Turn turns square images, not {shape[-2]} × {shape[-1]}; give them a `size`")
        return 1

    def __call__(self, x: Tensor, random: Tensor) -> Tensor:
        quarters = torch.floor(4 * random).view(-1, *[1] * (x.ndim - 1))
        x = torch.where(quarters >= 2, x.flip((-2, -1)), x)
        return torch.where(quarters % 2 == 1, x.rot90(1, (-2, -1)), x)
