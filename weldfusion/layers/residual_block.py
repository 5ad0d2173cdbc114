"""Residual block of two convolutions, along time or over a picture."""

from typing import Literal

from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.layers.masked import masked_batch_norm

CONVOLUTIONS: dict[int, type[nn.Conv1d] | type[nn.Conv2d]] = {1: nn.Conv1d, 2: nn.Conv2d}
NORMS: dict[int, type[nn.BatchNorm1d] | type[nn.BatchNorm2d]] = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d}


class ResidualBlock(nn.Module):
    """Conv → BatchNorm → LeakyReLU → Conv → BatchNorm, added to the input, LeakyReLU.

    Convolutions have no bias. Where width or stride change the input goes through a 1×1 convolution
    without normalisation.

    Source: He 2016, arXiv 1512.03385; the shortcut as in CAFNet's ResCNN, doi:10.1016/j.knosys.2022.110212.

    Args:
        axes: 1 for (B, C, L), 2 for (B, C, H, W).
        channels: of the input.
        width: channels of the output.
        stride: of the first convolution and the shortcut.
        kernel: size of the convolutions; odd.
        slope: negative slope of the LeakyReLU.
    """

    def __init__(
        self, axes: Literal[1, 2], channels: int, width: int, stride: int, kernel: int, slope: float
    ) -> None:
        super().__init__()
        conv, norm = CONVOLUTIONS[axes], NORMS[axes]
        self.stride = stride
        self.first = conv(channels, width, kernel, stride=stride, padding=kernel // 2, bias=False)
        self.second = conv(width, width, kernel, padding=kernel // 2, bias=False)
        self.first_norm, self.second_norm = norm(width), norm(width)
        self.activation = nn.LeakyReLU(slope)
        same = stride == 1 and channels == width
        self.shortcut = nn.Identity() if same else conv(channels, width, 1, stride=stride, bias=False)

    def forward(self, x: Tensor, valid: Tensor | None) -> Tensor:
        """`x` (B, C, …) with 0 where `valid` bool (B, 1, …) is False → the same after the block."""
        after = valid_after(valid, self.stride)
        y = self.activation(masked_batch_norm(self.first_norm, self.first(x), after))
        y = masked_batch_norm(self.second_norm, self.second(held(y, after)), after)
        return held(self.activation(y + self.shortcut(x)), after)


def held(x: Tensor, valid: Tensor | None) -> Tensor:
    """0 where `valid` (B, 1, …) is False."""
    return x if valid is None else x.masked_fill(~valid, 0.0)


def valid_after(valid: Tensor | None, stride: int) -> Tensor | None:
    """Mask (B, 1, …) of the places after a stride: valid if something in the stride's cell is.

    >>> import torch
    >>> valid_after(torch.tensor([[[True, True, True, False, False]]]), 2)
    tensor([[[ True,  True, False]]])
    """
    if valid is None or stride == 1:
        return valid
    pool = F.max_pool1d if valid.ndim == 3 else F.max_pool2d
    return pool(valid.float(), stride, stride, ceil_mode=True) > 0
