"""Features brought to one scale by everything seen in training so far."""

import torch
from torch import Tensor, nn


class RunningScale(nn.Module):
    """(x − mean) / deviation of each feature over all training samples so far, cut at ±`most`.

    Unlike batch normalisation a sample's result does not depend on its batch, which matters for small
    batches of features with rare large values. Sums are kept in float64, so the statistics are exact.

    Args:
        count: features.
        most: results are cut at this many deviations.

    >>> scale = RunningScale(1)
    >>> scale(torch.tensor([[1.0], [3.0]]), torch.tensor([True, True])).flatten().tolist()
    [-1.0, 1.0]
    """

    together = False
    """Whether samples are counted over all processes of a training, which then wait for each other."""

    samples: Tensor
    total: Tensor
    squares: Tensor

    def __init__(self, count: int, most: float = 6.0) -> None:
        super().__init__()
        self.most = most
        self.register_buffer("samples", torch.zeros((), dtype=torch.float64))
        self.register_buffer("total", torch.zeros(count, dtype=torch.float64))
        self.register_buffer("squares", torch.zeros(count, dtype=torch.float64))

    def forward(self, x: Tensor, real: Tensor) -> Tensor:
        """`x` (B, count), `real` bool (B,): rows that hold something; only they are counted."""
        if self.training:
            self._add(x.detach()[real].double())
        seen = self.samples.clamp(min=1)
        mean = self.total / seen
        variance = (self.squares / seen - mean.square()).clamp(min=0.0)
        deviation = torch.where(variance > 1e-12, variance, 1.0).sqrt()
        return ((x - mean.to(x.dtype)) / deviation.to(x.dtype)).clamp(-self.most, self.most)

    @torch.no_grad()
    def _add(self, rows: Tensor) -> None:
        count = rows.new_tensor([len(rows)])
        sums = torch.cat([count, rows.sum(dim=0), rows.square().sum(dim=0)])
        if self.together:
            torch.distributed.all_reduce(sums)
        self.samples += sums[0]
        self.total += sums[1 : 1 + rows.shape[1]]
        self.squares += sums[1 + rows.shape[1] :]
