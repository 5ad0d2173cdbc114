"""A window of a signal laid in a longer stretch of zeros."""

import torch
from torch import Tensor, nn


class Silence(nn.Module):
    """(B, C, L) → (B, C · copies, L + spare): in training at a place drawn each time, else in the middle.

    Args:
        spare: zeros in all.
        copies: how often the channels are given, one after the other.

    >>> Silence(spare=4).eval()(torch.ones(1, 1, 2)).tolist()
    [[[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]]]
    """

    def __init__(self, spare: int, copies: int = 1) -> None:
        super().__init__()
        self.spare, self.copies = spare, copies

    def forward(self, x: Tensor) -> Tensor:
        count, channels, length = x.shape
        if self.training:
            before = torch.randint(self.spare + 1, (count,), device=x.device)
        else:
            before = torch.full((count,), self.spare // 2, device=x.device)
        places = before.unsqueeze(1) + torch.arange(length, device=x.device)
        silent = x.new_zeros(count, channels, length + self.spare)
        return silent.scatter(2, places.unsqueeze(1).expand_as(x), x).repeat(1, self.copies, 1)
