"""Blocks of 1-D convolution and max-pooling: the branch of CAFNet."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.conv_block import ConvBlock1d
from weldfusion.layers.masked import masked_max, masked_mean


def fewest_samples(strides: Sequence[int]) -> int:
    """Samples that blocks with these pool strides need.

    >>> fewest_samples([1, 1]), fewest_samples([2, 2, 2, 2])
    (3, 16)
    """
    length = 1
    for stride in reversed(strides):
        length = (length - 1) * stride + 2
    return length


class ConvBlocks1d(Encoder):
    """Conv(3, same) → BatchNorm → LeakyReLU → MaxPool(2), once per width.

    As a stem it takes a waveform (B, C, L), as a trunk tokens (B, L, D). Positions where `valid` is
    False are held at 0 in every block and take no part in batch statistics or the mean, so a padded
    signal gives the same as the signal alone.

    Source: CAFNet, doi:10.1016/j.knosys.2022.110212 (four blocks, 32-64-128-64, pool stride 1).

    Args:
        flow: waveform or tokens.
        widths: output channels of each block.
        pool_strides: stride of the max-pooling, one for all blocks or one each; 1 shortens the
            signal by one sample, 2 halves it.
        slope: negative slope of the LeakyReLU.
        out: `tokens` (B, L', widths[-1]) or `features` (B, D): mean and/or maximum over time.
        pool: how features are pooled: `mean` (D = widths[-1]), or `mean_max`, both side by side.

    >>> ConvBlocks1d(Flow("waveform", 1, length=1024), widths=(32, 64), out="tokens").out
    Flow(kind='tokens', channels=64, length=256, size=None, count=None, rate=None)
    """

    def __init__(
        self,
        flow: Flow,
        widths: Sequence[int] = (32, 64, 128, 64),
        pool_strides: int | Sequence[int] = 2,
        slope: float = 0.01,
        out: Literal["features", "tokens"] = "features",
        pool: Literal["mean", "mean_max"] = "mean",
    ) -> None:
        super().__init__()
        if flow.kind not in ("waveform", "tokens") or flow.length is None:
            raise ConfigError(f"ConvBlocks1d takes a waveform or tokens of known length, not {flow.kind}")
        strides = [pool_strides] * len(widths) if isinstance(pool_strides, int) else list(pool_strides)
        if not widths or len(strides) != len(widths):
            raise ConfigError(f"pool_strides has {len(strides)} values, widths has {len(widths)}")
        self.from_tokens = flow.kind == "tokens"
        self.blocks = nn.ModuleList()
        channels, length, rate = flow.channels, flow.length, flow.rate
        for width, stride in zip(widths, strides, strict=True):
            if length < 2:
                raise ConfigError(
                    f"{flow.length} samples are too few for {len(widths)} blocks with pool strides "
                    f"{strides}, which need {fewest_samples(strides)}; lengthen data.windows.length_s, or "
                    "lower pool_strides or the number of widths"
                )
            self.blocks.append(ConvBlock1d(channels, width, stride, slope))
            channels, length = width, (length - 2) // stride + 1
            rate = None if rate is None else rate / stride
        self.pooled = out == "features"
        self.pools = [masked_mean] if pool == "mean" else [masked_mean, masked_max]
        self.out = (
            Flow.features(channels * len(self.pools)) if self.pooled else Flow.tokens(length, channels, rate)
        )

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        if self.from_tokens:
            x = x.transpose(1, 2)
        if valid is not None:
            x = x.masked_fill(~valid.unsqueeze(1), 0.0)
        for block in self.blocks:
            x, valid = block(x, valid)
        tokens = x.transpose(1, 2)
        return torch.cat([pool(tokens, valid) for pool in self.pools], dim=1) if self.pooled else tokens

    def stages(self) -> list[str]:
        return [f"blocks.{number}" for number in range(len(self.blocks))]

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        if valid is None or self.pooled:
            return None
        for block in self.blocks:
            assert isinstance(block, ConvBlock1d)
            valid = block.out_valid(valid)
        return valid
