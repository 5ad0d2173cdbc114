"""Attention over convolutions of several sizes: each channel chooses its receptive field."""

from collections.abc import Sequence
from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from weldfusion.errors import ConfigError
from weldfusion.layers.masked import masked_batch_norm, masked_mean

LEAST_HIDDEN = 32


class SelectiveKernel(nn.Module):
    """V = Σ_k a_k ⊙ F_k with F_k = ReLU(BN(Conv_k(x))) and a = softmax over k of A_k z, channel by channel.

    z is computed from the mean over the picture of Σ_k F_k and has max(C // reduction, 32) units.

    Source: Li et al., "Selective Kernel Networks", CVPR 2019, section 3.1.

    Args:
        channels: of the maps, in and out.
        kernels: odd sizes of the branches.
        reduction: channels for one unit of z.
        mode: `paper`: kernels above 3 are 3×3 ones spread to that size (dilation), no biases,
            z = ReLU(BN(W s)). `external`: real kernels, biases, z = W s + b, as in the code of CNN-SK
            (doi:10.1371/journal.pone.0311119).

    >>> sum(p.numel() for p in SelectiveKernel(8).parameters())
    6816
    """

    def __init__(
        self,
        channels: int,
        kernels: Sequence[int] = (1, 3, 5, 7),
        reduction: int = 16,
        mode: Literal["paper", "external"] = "external",
    ) -> None:
        super().__init__()
        if not kernels or any(size < 1 or size % 2 == 0 for size in kernels):
            raise ConfigError(f"kernels is {list(kernels)}, expected odd sizes such as [1, 3, 5, 7]")
        if reduction < 1:
            raise ConfigError(f"reduction is {reduction}, expected at least 1")
        real = mode == "external"
        hidden = max(channels // reduction, LEAST_HIDDEN)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(channels, channels, size, padding=size // 2, bias=real)
            if real or size <= 3
            else nn.Conv2d(channels, channels, 3, padding=size // 2, dilation=size // 2, bias=real)
            for size in kernels
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels) for _ in kernels)
        squeeze = nn.Linear(channels, hidden, bias=real)
        self.squeeze = squeeze if real else nn.Sequential(squeeze, nn.BatchNorm1d(hidden), nn.ReLU())
        self.choices = nn.ModuleList(nn.Linear(hidden, channels, bias=real) for _ in kernels)
        self.activation = nn.ReLU()

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        """(B, C, H, W), bool (B, W): the columns that count → (B, C, H, W)."""
        branches = self.branches(x, valid)
        return (branches * self.weights(branches, valid)[..., None, None]).sum(dim=1)

    def branches(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        """F_k, (B, K, C, H, W)."""
        mask = None if valid is None else valid[:, None, None, :]
        found = [
            self.activation(masked_batch_norm(cast(_BatchNorm, norm), convolution(x), mask))
            for convolution, norm in zip(self.convolutions, self.norms, strict=True)
        ]
        return torch.stack(found, dim=1)

    def weights(self, branches: Tensor, valid: Tensor | None = None) -> Tensor:
        """a_k, (B, K, C), summing to 1 over K, from what `branches` gives."""
        columns = branches.sum(dim=1).mean(dim=2).transpose(1, 2)
        z = self.squeeze(masked_mean(columns, valid))
        return torch.stack([choice(z) for choice in self.choices], dim=1).softmax(dim=1)
