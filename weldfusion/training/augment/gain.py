"""Changed gain."""

from collections.abc import Sequence

import torch
from torch import Tensor

from weldfusion.training.augment.augmentation import Augmentation


class Gain(Augmentation):
    """The whole sample times one factor, log-uniform between 1 / `most` and `most`.

    Stands for another distance, amplifier or exposure; not for a modality whose level is what counts.

    Args:
        most: largest factor, above 1.
    """

    def __init__(self, most: float = 1.2) -> None:
        if not most > 1:
            raise ValueError(f"must be above 1, is {most}")
        self.log_most = torch.log(torch.tensor(most)).item()

    def numbers(self, shape: Sequence[int]) -> int:
        return 1

    def __call__(self, x: Tensor, random: Tensor) -> Tensor:
        factor = torch.exp((2 * random - 1) * self.log_most)
        return x * factor.view(-1, *[1] * (x.ndim - 1))
