"""Soft thresholding with learned thresholds: what is small is taken for noise and becomes 0."""

from typing import Literal

import torch
from torch import Tensor, nn


def soft_threshold(x: Tensor, threshold: Tensor) -> Tensor:
    """sign(x) · max(|x| − threshold, 0).

    >>> soft_threshold(torch.tensor([-3.0, -0.5, 2.0]), torch.tensor(1.0)).tolist()
    [-2.0, -0.0, 1.0]
    """
    return torch.sign(x) * torch.relu(x.abs() - threshold)


class SoftThreshold(nn.Module):
    """Soft thresholding of maps with thresholds α · a, where a = mean |x| over the map.

    α = sigmoid(FC₂ ReLU BN FC₁ a) lies between 0 and 1, so that no map is thresholded away as a whole.
    To be put before, not after, an activation that cuts negative values.

    Source: Zhao et al. 2020, doi:10.1109/TII.2019.2943898 (DRSN-CW and DRSN-CS).

    Args:
        channels: number of channels C.
        thresholds: one for each `channel`, or one for `all` (α of one output, a the mean over channels).
    """

    def __init__(self, channels: int, thresholds: Literal["channel", "all"] = "channel") -> None:
        super().__init__()
        self.reduce = nn.Linear(channels, channels)
        self.norm = nn.BatchNorm1d(channels)
        self.scale = nn.Linear(channels, channels if thresholds == "channel" else 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, …) → the same shape."""
        threshold = self.thresholds(x)
        return soft_threshold(x, threshold.view(*threshold.shape, *[1] * (x.ndim - 2)))

    def thresholds(self, x: Tensor) -> Tensor:
        """The thresholds (B, C) or (B, 1), not negative, of maps (B, C, …)."""
        size = x.abs().flatten(2).mean(dim=2)
        share = torch.sigmoid(self.scale(torch.relu(self.norm(self.reduce(size)))))
        return share * (size if share.shape[1] > 1 else size.mean(dim=1, keepdim=True))
