"""Parts of images, enlarged."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from weldfusion.data.ranges import check_share
from weldfusion.errors import ConfigError
from weldfusion.training.augment.augmentation import Augmentation, only_images


class Zoom(Augmentation):
    """A part of each image, anywhere within it, enlarged to its size (bilinear); the same part of all images
    of a set or sequence.

    Args:
        least: smallest part of the sides, above 0; parts are drawn evenly between it and the whole.

    Raises ConfigError where it is no share.
    """

    def __init__(self, least: float = 0.6) -> None:
        check_share("least", least)
        if least == 0:
            raise ConfigError("least: must be above 0")
        self.least = least

    def numbers(self, shape: Sequence[int]) -> int:
        only_images("Zoom", shape)
        return 3

    def __call__(self, x: Tensor, random: Tensor) -> Tensor:
        part = self.least + (1 - self.least) * random[:, 0]
        across, down = ((2 * random[:, k] - 1) * (1 - part) for k in (1, 2))
        none = torch.zeros_like(part)
        frame = torch.stack([torch.stack([part, none, across], 1), torch.stack([none, part, down], 1)], 1)
        flat = x.reshape(len(x), -1, *x.shape[-2:])
        grid = F.affine_grid(frame, list(flat.shape), align_corners=False)
        return F.grid_sample(flat, grid, padding_mode="border", align_corners=False).view(x.shape)
