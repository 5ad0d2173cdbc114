"""Frames of a sequence, or photos of a set, as channels of one picture."""

from collections.abc import Callable

from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.encoders.chain import inner_stages
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError


class Stacked(Encoder):
    """Images (B, K, C, H, W) → one picture (B, K·C, H, W) → any encoder of single images.

    The first convolution thus sees what changes between frames. Images that are not valid count as 0,
    the mean of the training part.

    Args:
        flow: a set or sequence of K images.
        encoder: the encoder of the stacked picture; `SmallCNN2d` by default.

    >>> Stacked(Flow("image", 1, size=(64, 64), count=5)).out.channels
    128
    """

    whole_sets = True

    def __init__(self, flow: Flow, encoder: Callable[[Flow], Encoder] | None = None) -> None:
        super().__init__()
        if flow.kind != "image" or flow.count is None or flow.size is None:
            what = "a single image" if flow.kind == "image" else flow.kind
            raise ConfigError(f"Stacked takes several images of known size, not {what}")
        picture = Flow("image", flow.count * flow.channels, size=flow.size)
        self.encoder = (encoder or SmallCNN2d)(picture)
        self.needs_float32 = self.encoder.needs_float32
        self.out = self.encoder.out

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        if valid is not None:
            x = x.masked_fill(~valid[:, :, None, None, None], 0.0)
        return self.encoder(x.flatten(1, 2))

    def stages(self) -> list[str]:
        return inner_stages("encoder", self.encoder)
