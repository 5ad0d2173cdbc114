"""Convolution of the first channels only."""

import torch
from torch import Tensor, nn

from weldfusion.errors import ConfigError


class PartialConv2d(nn.Module):
    """3×3 convolution (same size, no bias) of the first C // parts channels; the others pass unchanged.

    With four parts a sixteenth of the weights of a whole convolution. It mixes no channels of the two
    groups, so that a 1×1 convolution should follow.

    Source: FasterNet, arXiv 2303.03667, section 3.2.

    Args:
        channels: number of channels C.
        parts: C // parts channels are convolved.

    >>> sum(weight.numel() for weight in PartialConv2d(64).parameters())
    2304
    """

    def __init__(self, channels: int, parts: int = 4) -> None:
        super().__init__()
        if not 1 <= parts <= channels:
            raise ConfigError(
                f"a partial convolution of {channels} channels in {parts} parts has none to see"
            )
        self.seen = channels // parts
        self.conv = nn.Conv2d(self.seen, self.seen, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → the same shape."""
        return torch.cat([self.conv(x[:, : self.seen]), x[:, self.seen :]], dim=1)
