"""Inverted residual block with a partial convolution (PCIR)."""

from torch import Tensor, nn

from weldfusion.layers.conv_norm import conv_norm
from weldfusion.layers.partial_conv import PartialConv2d


class PartialResidual(nn.Module):
    """1×1 to `expansion` · channels → partial 3×3 → (stride 2: depth-wise 3×3) → 1×1 without activation.

    The input is added where sizes are equal. Partial convolutions cannot stride, hence the depth-wise one.

    Source: the inverted residual of MobileNetV2 (arXiv 1801.04381, as in MobileViT) with the partial
    convolution of FasterNet (arXiv 2303.03667) in the place of the 3×3 one.

    Args:
        channels: channels of the input.
        width: channels of the output.
        stride: 1 or 2.
        expansion: channels inside over channels of the input.
    """

    def __init__(self, channels: int, width: int, stride: int = 1, expansion: int = 2) -> None:
        super().__init__()
        inside = channels * expansion
        self.expand = conv_norm(channels, inside, size=1)
        self.partial = nn.Sequential(PartialConv2d(inside), nn.BatchNorm2d(inside), nn.SiLU())
        self.reduce = conv_norm(inside, inside, 3, stride, groups=inside) if stride > 1 else nn.Identity()
        self.project = conv_norm(inside, width, size=1, act=nn.Identity)
        self.added = stride == 1 and channels == width

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, H, W) → (B, width, ⌈H / stride⌉, ⌈W / stride⌉)."""
        found = self.project(self.reduce(self.partial(self.expand(x))))
        return x + found if self.added else found
