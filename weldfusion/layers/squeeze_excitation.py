"""Channels of maps weighed by what the whole picture holds."""

from torch import Tensor, nn


class SqueezeExcitation(nn.Module):
    """y = x · σ(W2 ReLU(W1 mean(x) + b1) + b2), one weight in 0 … 1 per channel.

    b1 starts at 1: on maps without negative values, as after a ReLU, a hidden unit that starts at random is
    dead for every picture in half of all cases, and with few units all of them may be.

    Source: Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018, section 3.

    Args:
        channels: of the maps.
        reduction: the hidden layer has `channels // reduction` units …
        least: … but not fewer than this.

    >>> sum(p.numel() for p in SqueezeExcitation(64).parameters())
    580
    """

    def __init__(self, channels: int, reduction: int = 16, least: int = 4) -> None:
        super().__init__()
        hidden = max(channels // reduction, least)
        squeeze = nn.Linear(channels, hidden)
        nn.init.ones_(squeeze.bias)
        self.weigh = nn.Sequential(squeeze, nn.ReLU(), nn.Linear(hidden, channels), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → the same shape."""
        return x * self.weigh(x.mean(dim=(2, 3)))[:, :, None, None]
