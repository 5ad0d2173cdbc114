"""Means of equal parts of the time axis: features that still know when something happened."""

import torch
from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError


class Segments(Encoder):
    """Cuts the tokens of a window into equal parts and puts the parts' means side by side.

    A trunk (`model.trunks.<modality>`) after a stem with `out: tokens`. The usual mean over all tokens
    forgets where in the window something was; targets along the weld (curves, intervals) need it.

    Args:
        flow: tokens.
        segments: number of parts; the number of a target's steps is a good choice.

    >>> Segments(Flow.tokens(50, 64), segments=10).out.channels
    640
    """

    part: Tensor

    def __init__(self, flow: Flow, segments: int = 8) -> None:
        super().__init__()
        if flow.kind != "tokens" or not flow.length:
            raise ConfigError(f"Segments takes tokens, not {flow.kind}; give the stem `out: tokens`")
        if not 1 <= segments <= flow.length:
            raise ConfigError(f"segments must lie between 1 and the {flow.length} tokens, is {segments}")
        place = torch.arange(flow.length) * segments // flow.length
        self.register_buffer("part", torch.nn.functional.one_hot(place, segments).T.float(), persistent=False)
        self.out = Flow.features(flow.channels * segments)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        """(B, L, D) → (B, segments · D), part after part; 0 for a part without valid tokens."""
        if valid is None:
            share = self.part / self.part.sum(dim=1, keepdim=True)
            return (share.to(x.dtype) @ x).flatten(1)
        mask = valid.to(x.dtype).unsqueeze(-1)
        part = self.part.to(x.dtype)
        return (part @ x.masked_fill(~valid.unsqueeze(-1), 0.0) / (part @ mask).clamp(min=1.0)).flatten(1)
