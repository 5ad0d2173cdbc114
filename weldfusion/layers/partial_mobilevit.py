"""MobileViT block with partial convolutions (PCMV)."""

import torch
from torch import Tensor, nn

from weldfusion.layers.conv_norm import conv_norm
from weldfusion.layers.encoder_layer import EncoderLayer
from weldfusion.layers.partial_conv import PartialConv2d
from weldfusion.layers.patches import fold_patches, unfold_patches


class PartialMobileViT(nn.Module):
    """Partial 3×3 → 1×1 to `size` → transformer among pixels of equal place in their 2×2 patch → 1×1 back
    → joined with the input → 1×1 → partial 3×3.

    Source: MobileViT, arXiv 2110.02178, figure 1b, with the partial convolution of FasterNet (arXiv
    2303.03667) in the place of both 3×3 ones.

    Args:
        channels: channels in and out.
        size: channels of the tokens, a multiple of `heads`.
        depth: number of pre-norm transformer layers; their feed-forward width is 2 · size.
        heads: attention heads.
        patch: side of a patch in pixels; height and width of the maps must be multiples of it.
    """

    def __init__(self, channels: int, size: int, depth: int, heads: int = 4, patch: int = 2) -> None:
        super().__init__()
        self.patch = patch
        self.local = nn.Sequential(
            PartialConv2d(channels),
            nn.BatchNorm2d(channels),
            nn.SiLU(),
            nn.Conv2d(channels, size, 1, bias=False),
        )
        layers = [EncoderLayer(size, heads, 2 * size, dropout=0.0) for _ in range(depth)]
        self.transformer = nn.Sequential(*layers, nn.LayerNorm(size))
        self.back = conv_norm(size, channels, size=1)
        self.join = nn.Sequential(conv_norm(2 * channels, channels, size=1), PartialConv2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, H, W) → the same shape."""
        local = self.local(x)
        sequences = self.transformer(unfold_patches(local, self.patch))
        height, width = x.shape[2:]
        maps = self.back(fold_patches(sequences, self.patch, (height, width)))
        return self.join(torch.cat([x, maps], dim=1))
