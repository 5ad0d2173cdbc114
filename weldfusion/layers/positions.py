"""Position codes added to tokens."""

from typing import Literal

import torch
from torch import Tensor, nn

from weldfusion.errors import ConfigError, did_you_mean

Position = Literal["learned", "sine", "none"]
KINDS = ("learned", "sine", "none")
BASE = 10_000.0
SPREAD = 0.02


class Positions(nn.Module):
    """Tokens (B, L, D) plus a code for each place; `none` leaves them as they are.

    Source: learned and sine codes, Vaswani 2017, arXiv 1706.03762, section 3.5.

    Args:
        length: number of tokens.
        size: size of a token.
        kind: `learned` (L, D), `sine` (fixed, see `sine_positions`) or `none`.
    """

    code: Tensor

    def __init__(self, length: int, size: int, kind: Position) -> None:
        super().__init__()
        if kind not in KINDS:
            raise ConfigError(f"position is {kind!r}; {did_you_mean(kind, KINDS)}")
        if kind == "learned":
            self.code = nn.Parameter(SPREAD * torch.randn(length, size))
        else:
            code = sine_positions(length, size) if kind == "sine" else torch.zeros(1, size)
            self.register_buffer("code", code, persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens + self.code


def sine_positions(length: int, size: int) -> Tensor:
    """Code (L, D): sin(p / 10000^(2i/D)) in the even places 2i, the cosine in the odd ones.

    Source: Vaswani 2017, arXiv 1706.03762, section 3.5.

    >>> sine_positions(2, 4)[0].tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    even = torch.arange(0, size, 2, dtype=torch.float64)
    angle = torch.arange(length, dtype=torch.float64).unsqueeze(1) * BASE ** (-even / size)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)[:, :size].float()
