"""U-Net: a picture in, a score for every pixel out."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from weldfusion.errors import ConfigError

WIDTHS = (16, 32, 64, 128)


class UNet(nn.Module):
    """Levels of two convolutions each, halved in size between them, and the way back up with skip connections
    (Ronneberger, Fischer, Brox 2015, arXiv 1505.04597).

    Other than there, convolutions are padded, so that the scores have the size of the picture, and batch
    normalisation follows each. Pictures are padded by their edges to a multiple of 2 for each halving.

    Args:
        channels: of the pictures.
        widths: channels of each level, the full size first.

    >>> UNet(3)(torch.zeros(2, 3, 30, 41)).shape
    torch.Size([2, 1, 30, 41])
    """

    def __init__(self, channels: int, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        if not widths or min(widths) < 1:
            raise ConfigError(f"widths: must be one whole number above 0 for each level, are {list(widths)}")
        self.channels, self.widths = channels, tuple(widths)
        self.multiple = 2 ** (len(widths) - 1)
        inputs = [channels, *widths[:-1]]
        self.down = nn.ModuleList(two_convolutions(i, o) for i, o in zip(inputs, widths, strict=True))
        steps = list(pairwise(widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(deep, wide, 2, stride=2) for wide, deep in steps)
        self.join = nn.ModuleList(two_convolutions(2 * wide, wide) for wide, _ in steps)
        self.last = nn.Conv2d(widths[0], 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, H, W) → logits (B, 1, H, W)."""
        height, width = x.shape[-2:]
        x = nn.functional.pad(x, (0, -width % self.multiple, 0, -height % self.multiple), mode="replicate")
        skipped: list[Tensor] = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else nn.functional.max_pool2d(x, 2))
            skipped.append(x)
        for level in reversed(range(len(self.up))):
            x = self.join[level](torch.cat([skipped[level], self.up[level](x)], dim=1))
        return self.last(x)[..., :height, :width]


def two_convolutions(inputs: int, outputs: int) -> nn.Sequential:
    """Twice: convolution 3 × 3 without bias, batch normalisation, ReLU."""
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [
            nn.Conv2d(channels, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers)
