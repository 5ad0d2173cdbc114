"""Residual 1-D CNN for waveforms and tokens."""

from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.masked import masked_batch_norm, masked_mean
from weldfusion.layers.residual_block import ResidualBlock, held, valid_after


class ResidualCNN1d(Encoder):
    """Conv → BatchNorm → LeakyReLU, then `depth` residual blocks per width, the first of each with a stride.

    As a stem it takes a waveform (B, C, L), as a trunk tokens (B, L, D). Positions where `valid` is False
    are held at 0 in every block and take no part in batch statistics or the mean, so a signal padded at its
    end gives the same as the signal alone.

    Source: He 2016, arXiv 1512.03385, along time; for series Wang 2017, arXiv 1611.06455.

    Args:
        flow: waveform or tokens.
        widths: channels of each group of blocks.
        depth: residual blocks per width.
        strides: stride of each group, one for all or one each.
        kernel: samples in a kernel; odd.
        slope: negative slope of the LeakyReLU.
        out: `features` (B, widths[-1]), the mean over time, or `tokens` (B, L', widths[-1]).

    >>> ResidualCNN1d(Flow("waveform", 2, length=1000, rate=800.0), out="tokens").out
    Flow(kind='tokens', channels=64, length=125, size=None, count=None, rate=100.0)
    """

    def __init__(
        self,
        flow: Flow,
        widths: Sequence[int] = (16, 32, 64),
        depth: int = 2,
        strides: int | Sequence[int] = 2,
        kernel: int = 7,
        slope: float = 0.01,
        out: Literal["features", "tokens"] = "features",
    ) -> None:
        super().__init__()
        if flow.kind not in ("waveform", "tokens") or not flow.length:
            raise ConfigError(f"ResidualCNN1d takes a waveform or tokens of known length, not {flow.kind}")
        steps = [strides] * len(widths) if isinstance(strides, int) else list(strides)
        if not widths or len(steps) != len(widths) or min(steps) < 1:
            raise ConfigError(
                f"strides is {steps}, expected a number from 1 for each of {len(widths)} widths"
            )
        if kernel % 2 == 0 or depth < 1:
            raise ConfigError(f"kernel is {kernel}, depth {depth}; kernel must be odd, depth at least 1")
        self.from_tokens = flow.kind == "tokens"
        self.conv = nn.Conv1d(flow.channels, widths[0], kernel, padding=kernel // 2, bias=False)
        self.norm, self.activation = nn.BatchNorm1d(widths[0]), nn.LeakyReLU(slope)
        self.blocks = nn.ModuleList()
        channels, length, rate = widths[0], flow.length, flow.rate
        for width, step in zip(widths, steps, strict=True):
            for stride in (step, *[1] * (depth - 1)):
                self.blocks.append(ResidualBlock(1, channels, width, stride, kernel, slope))
                channels = width
            length, rate = (length - 1) // step + 1, None if rate is None else rate / step
        self.pooled = out == "features"
        self.out = Flow.features(channels) if self.pooled else Flow.tokens(length, channels, rate)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        if self.from_tokens:
            x = x.transpose(1, 2)
        mask = None if valid is None else valid.unsqueeze(1)
        x = held(self.activation(masked_batch_norm(self.norm, self.conv(held(x, mask)), mask)), mask)
        for block in self.blocks:
            assert isinstance(block, ResidualBlock)
            x = block(x, mask)
            mask = valid_after(mask, block.stride)
        tokens = x.transpose(1, 2)
        return masked_mean(tokens, None if mask is None else mask.squeeze(1)) if self.pooled else tokens

    def stages(self) -> list[str]:
        return ["conv norm", *(f"blocks.{number}" for number in range(len(self.blocks)))]

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        if valid is None or self.pooled:
            return None
        mask: Tensor | None = valid.unsqueeze(1)
        for block in self.blocks:
            assert isinstance(block, ResidualBlock)
            mask = valid_after(mask, block.stride)
        assert mask is not None
        return mask.squeeze(1)
