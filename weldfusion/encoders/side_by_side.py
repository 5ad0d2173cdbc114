"""A trunk that keeps tokens apart: views side by side in the features."""

from typing import Literal

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError


class SideBySide(Encoder):
    """Tokens (B, L, D) one after the other → features (B, L·D): the order of views then counts.

    Args:
        flow: tokens, such as those of the views of a set of images.
        absent: what stands for a token that is not valid: a `learned` vector (0 at the start) or `zero`.

    >>> SideBySide(Flow.tokens(2, 128)).out.channels
    256
    """

    def __init__(self, flow: Flow, absent: Literal["learned", "zero"] = "learned") -> None:
        super().__init__()
        if flow.kind != "tokens" or flow.length is None:
            raise ConfigError(f"SideBySide takes tokens, not {flow.kind}")
        learned = absent == "learned"
        self.absent = nn.Parameter(torch.zeros(flow.length, flow.channels)) if learned else None
        self.out = Flow.features(flow.length * flow.channels)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        real = x.new_ones(x.shape[:2], dtype=torch.bool) if valid is None else valid
        stand_in = x.new_zeros(()) if self.absent is None else self.absent.to(x.dtype)
        return torch.where(real.unsqueeze(-1), x, stand_in).flatten(1)
