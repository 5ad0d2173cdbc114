"""Sets of photos and sequences of frames: one encoder for every image."""

from collections.abc import Callable

import torch
from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.rows import on_rows


class ImageSet(Encoder):
    """Encodes each valid image of a set (B, K, C, H, W) on its own → tokens (B, K·L, D).

    L is 1 for encoders that give features or maps (their mean), else the number of their tokens; the tokens
    of an image follow each other. The model builder puts it around the encoder of a modality with several
    images; the mean over valid images, or a trunk, joins them.

    Args:
        flow: images with `count`.
        make: builds the encoder of one image from `flow.single`.
    """

    def __init__(self, flow: Flow, make: Callable[[Flow], Encoder]) -> None:
        super().__init__()
        if flow.kind != "image" or flow.count is None:
            raise ConfigError(f"ImageSet takes several images, not {flow.kind}")
        self.encoder = make(flow.single)
        self.needs_float32 = self.encoder.needs_float32
        one = self.encoder.out
        self.tokens_each = (one.length or 1) if one.kind == "tokens" else 1
        self.out = self.out_of(flow)

    def out_of(self, flow: Flow) -> Flow:
        """What it gives for a set of as many images as `flow` has."""
        count = flow.count or 1
        rate = flow.rate if self.tokens_each == 1 else None
        return Flow.tokens(count * self.tokens_each, self.encoder.out.channels, rate)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        batch, count = x.shape[:2]
        images = x.flatten(0, 1)
        if valid is None:
            found = self._one(images)
        else:
            shape = (self.tokens_each, self.out.channels)
            found = on_rows(self._one, images, None, valid.flatten(), shape, self.encoder)
        return found.unflatten(0, (batch, count)).flatten(1, 2)

    def _one(self, images: Tensor, valid: Tensor | None = None) -> Tensor:
        """Images (R, C, H, W) → (R, L, D)."""
        found: Tensor = self.encoder(images)
        if found.ndim == 4:
            found = found.mean(dim=(2, 3))
        return found if found.ndim == 3 else found.unsqueeze(1)

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        return None if valid is None else torch.repeat_interleave(valid, self.tokens_each, dim=1)

    def stages(self) -> list[str]:
        return [" ".join(f"encoder.{piece}" for piece in stage.split(" ")) for stage in self.encoder.stages()]
