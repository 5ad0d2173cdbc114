"""Shifted time axis."""

from collections.abc import Sequence

import torch
from torch import Tensor

from weldfusion.training.augment.augmentation import Augmentation, only_signals


class Shift(Augmentation):
    """A waveform moved along time by up to `samples` either way; its end values fill the gap.

    Args:
        samples: largest shift.
    """

    def __init__(self, samples: int) -> None:
        if samples < 1:
            raise ValueError(f"must be at least 1 sample, is {samples}")
        self.samples = samples

    def numbers(self, shape: Sequence[int]) -> int:
        only_signals("Shift", shape)
        return 1

    def __call__(self, x: Tensor, random: Tensor) -> Tensor:
        shift = torch.floor(random * (2 * self.samples + 1)).long() - self.samples
        length = x.shape[-1]
        source = (torch.arange(length, device=x.device) - shift).clamp(0, length - 1)
        return x.gather(-1, source.unsqueeze(1).expand(-1, x.shape[1], -1))
