"""Trend and remainder of every channel, each through one linear layer over time."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.masked import by_channel, channels_valid


class DLinear(Encoder):
    """Wt·trend + bt + Wr·(x − trend) + br for every channel, with weights shared by the channels.

    The plain baseline against networks for series. Samples where `valid` is False are bridged by the last
    valid one for the moving average and count as 0 (the training mean) afterwards, so a signal padded at
    its end gives what it gives alone.

    Source: Zeng 2023, arXiv 2205.13504, section 4 (the form with weights shared by the channels).

    Args:
        flow: waveform.
        size: numbers that the linear layers give per channel.
        window: samples of the moving average; odd.
        out: `features` (B, channels · size), side by side, or `tokens` (B, channels, size).

    >>> DLinear(Flow("waveform", 256, length=560)).out.channels
    2048
    """

    channel_tokens = True

    def __init__(
        self,
        flow: Flow,
        size: int = 8,
        window: int = 25,
        out: Literal["features", "tokens"] = "features",
    ) -> None:
        super().__init__()
        if flow.kind != "waveform" or not flow.length:
            raise ConfigError(f"DLinear takes a waveform of known length, not {flow.kind}")
        if window < 1 or window % 2 == 0:
            raise ConfigError(f"window is {window}, must be odd: so many samples before as after the middle")
        self.window = window
        self.trend, self.remainder = nn.Linear(flow.length, size), nn.Linear(flow.length, size)
        self.pooled = out == "features"
        tokens = Flow.tokens(flow.channels, size)
        self.out = Flow.features(flow.channels * size) if self.pooled else tokens

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        here = channels_valid(valid, x.shape[1])
        if valid is not None:
            valid = by_channel(valid).any(dim=1)
            x = bridged(x, valid)
        trend = moving_average(x, self.window)
        remainder = x - trend
        if valid is not None:
            gap = ~valid.unsqueeze(1)
            trend, remainder = trend.masked_fill(gap, 0.0), remainder.masked_fill(gap, 0.0)
        tokens = self.trend(trend) + self.remainder(remainder)
        if here is not None:
            tokens = tokens.masked_fill(~here.unsqueeze(-1), 0.0)
        return tokens.flatten(1) if self.pooled else tokens

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        return None if self.pooled else channels_valid(valid, self.out.length or 0)


def moving_average(x: Tensor, window: int) -> Tensor:
    """Centred mean of `window` (odd) samples of (B, C, L); beyond its ends a signal keeps its end values.

    >>> moving_average(torch.tensor([[[0.0, 3.0, 6.0]]]), 3)
    tensor([[[1., 3., 5.]]])
    """
    half = window // 2
    return F.avg_pool1d(F.pad(x, (half, half), mode="replicate"), window, stride=1)


def bridged(x: Tensor, valid: Tensor) -> Tensor:
    """(B, C, L) with the last valid value, before the first valid one that, where `valid` (B, L) is False.

    0 in a sample without anything valid.

    >>> bridged(torch.tensor([[[9.0, 1.0, 9.0]]]), torch.tensor([[False, True, False]]))
    tensor([[[1., 1., 1.]]])
    """
    place = torch.arange(x.shape[-1], device=x.device).expand_as(valid)
    last = torch.where(valid, place, -1).cummax(dim=1).values
    first = valid.int().argmax(dim=1, keepdim=True)
    source = torch.where(last < 0, first, last).unsqueeze(1).expand_as(x)
    return x.gather(-1, source).masked_fill(~valid.any(dim=1).view(-1, 1, 1), 0.0)
