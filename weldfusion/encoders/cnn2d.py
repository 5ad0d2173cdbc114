"""A small 2-D CNN for images."""

from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError


class SmallCNN2d(Encoder):
    """Conv(3, stride 2) → BatchNorm → ReLU, once per width.

    Args:
        flow: single images (B, C, H, W).
        widths: output channels of each block.
        out: `features` (B, widths[-1]), the mean over the picture, or `maps`.

    >>> SmallCNN2d(Flow("image", 3, size=(64, 64)), out="maps").out.shape
    (128, 4, 4)
    """

    def __init__(
        self,
        flow: Flow,
        widths: Sequence[int] = (16, 32, 64, 128),
        out: Literal["features", "maps"] = "features",
    ) -> None:
        super().__init__()
        if flow.kind not in ("image", "maps") or flow.count is not None or flow.size is None:
            raise ConfigError(f"SmallCNN2d takes single images of known size, not {flow.kind}")
        if not widths:
            raise ConfigError("SmallCNN2d: widths is empty, give at least one")
        layers: list[nn.Module] = []
        channels, (height, width_px) = flow.channels, flow.size
        for width in widths:
            layers += [
                nn.Conv2d(channels, width, 3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            channels, height, width_px = width, (height + 1) // 2, (width_px + 1) // 2
        self.layers = nn.Sequential(*layers)
        self.pooled = out == "features"
        maps = Flow("maps", channels, size=(height, width_px))
        self.out = Flow.features(channels) if self.pooled else maps

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        maps = self.layers(x)
        return maps.mean(dim=(2, 3)) if self.pooled else maps

    def stages(self) -> list[str]:
        return [f"layers.{number} layers.{number + 1}" for number in range(0, len(self.layers), 3)]
