"""Convolution, batch normalisation and activation of pictures."""

from torch import nn


def conv_norm(
    channels: int, width: int, size: int, stride: int = 1, groups: int = 1, act: type[nn.Module] = nn.SiLU
) -> nn.Sequential:
    """Conv2d(size × size, same, no bias) → BatchNorm → activation: (B, channels, H, W) → (B, width, …).

    >>> sum(weight.numel() for weight in conv_norm(3, 16, size=3).parameters())
    464
    """
    conv = nn.Conv2d(channels, width, size, stride, padding=size // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(width), act())
