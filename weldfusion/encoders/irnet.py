"""A small CNN with pooling for thermal pictures (IrNet)."""

from collections.abc import Sequence

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.backbone import check_single
from weldfusion.layers.conv_norm import conv_norm
from weldfusion.layers.maps import MapsAs, shaped, shaped_flow


class IrNet(Encoder):
    """Conv(3) → BatchNorm → ReLU → MaxPool(2), once per width.

    Args:
        flow: single images or maps.
        widths: output channels of each block.
        out: `features` (B, widths[-1]), the mean over the picture, the `maps`, or these as `tokens`.

    >>> IrNet(Flow("image", 1, size=(128, 128)), out="maps").out.shape
    (128, 8, 8)
    """

    def __init__(
        self, flow: Flow, widths: Sequence[int] = (16, 32, 64, 128), out: MapsAs = "features"
    ) -> None:
        super().__init__()
        height, width_px = check_single(flow, "IrNet")
        if not widths or min(height, width_px) >> len(widths) < 1:
            raise ConfigError(
                f"IrNet: images of {height}×{width_px} pixels cannot be halved {len(widths)} times; give "
                "larger images or 1 to a few widths"
            )
        blocks: list[nn.Module] = []
        channels = flow.channels
        for width in widths:
            blocks.append(nn.Sequential(conv_norm(channels, width, size=3, act=nn.ReLU), nn.MaxPool2d(2)))
            channels = width
        self.blocks = nn.Sequential(*blocks)
        self.shape = out
        size = height >> len(widths), width_px >> len(widths)
        self.out = shaped_flow(Flow("maps", channels, size=size), out)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        return shaped(self.blocks(x), self.shape)

    def stages(self) -> list[str]:
        return [f"blocks.{number}" for number in range(len(self.blocks))]
