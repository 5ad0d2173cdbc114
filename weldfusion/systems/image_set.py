"""Sets of photos and sequences of frames: one encoder for every image."""

from collections.abc import Callable

from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.rows import on_rows


class ImageSet(Encoder):
    """Encodes each valid image of a set (B, K, C, H, W) on its own → tokens (B, K, D).

    The model builder puts it around the encoder of a modality with several images; the mean over
    valid images, or a trunk, joins them.

    Args:
        flow: images with `count`.
        make: builds the encoder of one image from `flow.single`.
    """

    def __init__(self, flow: Flow, make: Callable[[Flow], Encoder]) -> None:
        super().__init__()
        if flow.kind != "image" or flow.count is None:
            raise ConfigError(f"ImageSet takes several images, not {flow.kind}")
        self.encoder = make(flow.single)
        if self.encoder.out.kind not in ("features", "maps"):
            raise ConfigError(f"an encoder of images gives features or maps, not {self.encoder.out.kind}")
        self.needs_float32 = self.encoder.needs_float32
        self.out = Flow.tokens(flow.count, self.encoder.out.channels, flow.rate)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        batch, count = x.shape[:2]
        images = x.flatten(0, 1)
        if valid is None:
            found = self._one(images)
        else:
            found = on_rows(
                self._one, images, None, valid.flatten(), (self.out.channels,), awaited=batch == 0
            )
        return found.unflatten(0, (batch, count))

    def _one(self, images: Tensor, valid: Tensor | None = None) -> Tensor:
        found = self.encoder(images)
        return found.mean(dim=(2, 3)) if found.ndim == 4 else found

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        return valid

    def stages(self) -> list[str]:
        return [" ".join(f"encoder.{piece}" for piece in stage.split(" ")) for stage in self.encoder.stages()]
