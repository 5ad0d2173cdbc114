"""A waveform folded to a square picture and read by a residual 2-D CNN: the ResCNN baseline of CAFNet."""

from math import isqrt

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.masked import masked_batch_norm, masked_mean
from weldfusion.layers.residual_block import ResidualBlock, held, valid_after


class FoldedResCNN(Encoder):
    """n² samples → n × n picture, column by column → Conv → residual blocks of 16, 32, 64 → mean.

    The first block is applied twice with the same weights, as in the published code. Published inputs are
    scaled to 0 … 255 over a whole record; ours come standardised, which the first BatchNorm makes equal up
    to the edges. Samples where `valid` is False are held at 0 and take no part in batch statistics or mean.

    Source: ResCNN, the baseline of CAFNet, doi:10.1016/j.knosys.2022.110212.

    Args:
        flow: waveform whose length is a square, such as 1024; its channels are those of the picture.
        slope: negative slope of the LeakyReLU.

    >>> FoldedResCNN(Flow("waveform", 1, length=1024)).out.channels
    64
    """

    def __init__(self, flow: Flow, slope: float = 0.01) -> None:
        super().__init__()
        if flow.kind != "waveform" or not flow.length:
            raise ConfigError(f"FoldedResCNN takes a waveform of known length, not {flow.kind}")
        self.side = isqrt(flow.length)
        if self.side**2 != flow.length:
            raise ConfigError(
                f"{flow.length} samples fill no square picture; "
                f"windows of {self.side**2} or {(self.side + 1) ** 2} samples do"
            )
        self.conv = nn.Conv2d(flow.channels, 16, 3, padding=1, bias=False)
        self.norm, self.activation = nn.BatchNorm2d(16), nn.LeakyReLU(slope)
        self.twice = ResidualBlock(2, 16, 16, 1, 3, slope)
        self.blocks = nn.ModuleList(
            ResidualBlock(2, channels, width, stride, 3, slope)
            for channels, width, stride in ((16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1))
        )
        self.out = Flow.features(64)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        mask = None if valid is None else folded(valid.unsqueeze(1), self.side)
        x = held(folded(x, self.side), mask)
        x = held(self.activation(masked_batch_norm(self.norm, self.conv(x), mask)), mask)
        x = self.twice(self.twice(x, mask), mask)
        for block in self.blocks:
            assert isinstance(block, ResidualBlock)
            x = block(x, mask)
            mask = valid_after(mask, block.stride)
        return masked_mean(x.flatten(2).transpose(1, 2), None if mask is None else mask.flatten(1))

    def stages(self) -> list[str]:
        return ["conv norm", "twice", *(f"blocks.{number}" for number in range(len(self.blocks)))]


def folded(x: Tensor, side: int) -> Tensor:
    """(B, C, side²) → (B, C, side, side), filled column by column.

    >>> import torch
    >>> folded(torch.arange(4).view(1, 1, 4), 2)[0, 0].tolist()
    [[0, 2], [1, 3]]
    """
    return x.unflatten(-1, (side, side)).transpose(-1, -2)
