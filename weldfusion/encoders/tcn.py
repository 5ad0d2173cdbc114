"""Temporal convolutional network: dilated causal convolutions with residual connections."""

import warnings
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError, WeldfusionWarning
from weldfusion.layers.masked import masked_mean


class TCN(Encoder):
    """Blocks of two causal convolutions of dilation 1, 2, 4, …: a step sees itself and steps before it.

    Two convolutions of kernel k in each of n blocks see 1 + 2(k − 1)(2ⁿ − 1) samples (`receptive_field`).
    Steps where `valid` is False are held at 0 in every block, so a signal padded at its beginning or end
    gives what it gives alone.

    Source: Bai 2018, arXiv 1803.01271, section 3.

    Args:
        flow: waveform or tokens.
        width: channels of every block.
        blocks: number of blocks; None: the smallest number that sees the whole window.
        kernel: samples in a kernel.
        dropout: share of units dropped after each convolution in training.
        norm: `weight`: weight normalisation of every convolution as published, or `none`.
        out: `last`: features (B, width) of the last valid step, `mean` over valid steps, or `tokens`.

    >>> TCN(Flow("waveform", 1, length=1024), kernel=3).receptive_field
    2045
    """

    def __init__(
        self,
        flow: Flow,
        width: int = 32,
        blocks: int | None = None,
        kernel: int = 3,
        dropout: float = 0.0,
        norm: Literal["weight", "none"] = "weight",
        out: Literal["mean", "last", "tokens"] = "mean",
    ) -> None:
        super().__init__()
        if flow.kind not in ("waveform", "tokens") or not flow.length:
            raise ConfigError(f"TCN takes a waveform or tokens of known length, not {flow.kind}")
        if kernel < 2:
            raise ConfigError(f"kernel is {kernel}, expected at least 2; a kernel of 1 sees no other sample")
        count = blocks_for(flow.length, kernel) if blocks is None else blocks
        _check_depth(count, flow.length, kernel, out == "last")
        self.receptive_field = receptive_field(count, kernel)
        self.from_tokens = flow.kind == "tokens"
        self.blocks = nn.ModuleList()
        channels = flow.channels
        for i in range(count):
            self.blocks.append(CausalBlock(channels, width, kernel, 2**i, dropout, norm == "weight"))
            channels = width
        self.result = out
        self.out = Flow.tokens(flow.length, width, flow.rate) if out == "tokens" else Flow.features(width)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        if self.from_tokens:
            x = x.transpose(1, 2)
        x = _held(x, valid)
        for block in self.blocks:
            x = block(x, valid)
        tokens = x.transpose(1, 2)
        if self.result == "tokens":
            return tokens
        return masked_mean(tokens, valid) if self.result == "mean" else _last(tokens, valid)

    def stages(self) -> list[str]:
        return [f"blocks.{number}" for number in range(len(self.blocks))]

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        return valid if self.result == "tokens" else None


class CausalBlock(nn.Module):
    """Twice (causal convolution → ReLU → dropout), plus the input (through 1×1 if widths differ), ReLU."""

    def __init__(
        self, channels: int, width: int, kernel: int, dilation: int, dropout: float, weight_norm: bool
    ) -> None:
        super().__init__()
        first = nn.Conv1d(channels, width, kernel, dilation=dilation)
        second = nn.Conv1d(width, width, kernel, dilation=dilation)
        self.first = parametrizations.weight_norm(first) if weight_norm else first
        self.second = parametrizations.weight_norm(second) if weight_norm else second
        self.before = (kernel - 1) * dilation
        self.drop = nn.Dropout(dropout)
        self.shortcut = nn.Identity() if channels == width else nn.Conv1d(channels, width, 1)

    def forward(self, x: Tensor, valid: Tensor | None) -> Tensor:
        """(B, C, L) with 0 where `valid` (B, L) is False → (B, width, L), the same."""
        y = x
        for conv in (self.first, self.second):
            y = _held(self.drop(F.relu(conv(F.pad(y, (self.before, 0))))), valid)
        return _held(F.relu(y + self.shortcut(x)), valid)


def receptive_field(blocks: int, kernel: int) -> int:
    """Samples that the last step sees: two convolutions a block, dilations 1, 2, 4, ….

    >>> [receptive_field(blocks, kernel=3) for blocks in (1, 2, 3)]
    [5, 13, 29]
    """
    return 1 + 2 * (kernel - 1) * (2**blocks - 1)


def blocks_for(length: int, kernel: int) -> int:
    """The smallest number of blocks, at least 1, whose receptive field has `length` samples."""
    blocks = 1
    while receptive_field(blocks, kernel) < length:
        blocks += 1
    return blocks


def _check_depth(blocks: int, length: int, kernel: int, last: bool) -> None:
    """Raises ConfigError for blocks without use, or too few for a last step that stands for the window."""
    fit = blocks_for(length, kernel)
    if blocks < 1:
        raise ConfigError(f"blocks is {blocks}, expected at least 1; leave it out for the {fit} that fit")
    seen = f"blocks: {blocks} of kernel {kernel} see {receptive_field(blocks, kernel)} samples"
    if blocks > fit:
        raise ConfigError(f"{seen}, the window has {length}; {fit} see all of it")
    if blocks < fit:
        told = f"{seen} of the window's {length}; {fit} see all of it"
        if last:
            raise ConfigError(f"{told}, or take out: mean")
        warnings.warn(f"TCN: {told}", WeldfusionWarning, stacklevel=3)


def _held(x: Tensor, valid: Tensor | None) -> Tensor:
    return x if valid is None else x.masked_fill(~valid.unsqueeze(1), 0.0)


def _last(tokens: Tensor, valid: Tensor | None) -> Tensor:
    """Token of the last valid step (B, D); 0 where none is valid (tokens are 0 there)."""
    if valid is None:
        return tokens[:, -1]
    place = torch.arange(valid.shape[1], device=valid.device)
    last = torch.where(valid, place, 0).amax(dim=1)
    return tokens[torch.arange(len(tokens), device=tokens.device), last]
