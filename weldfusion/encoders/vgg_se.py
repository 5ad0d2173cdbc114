"""VGG-SE: blocks of 3×3 convolutions, each closed by squeeze and excitation."""

from collections.abc import Sequence

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.backbone import check_single
from weldfusion.layers.maps import MapsAs, shaped, shaped_flow
from weldfusion.layers.squeeze_excitation import SqueezeExcitation


class VGGSE(Encoder):
    """(Conv(3) → BatchNorm → ReLU) × n → squeeze and excitation → MaxPool(2), once per width.

    The convolutions are VGG-11's (Simonyan and Zisserman, ICLR 2015, table 1, A) by default. The mean over
    the picture stands in for its three linear layers.

    Args:
        flow: single images or maps (B, C, H, W).
        widths: output channels of each block.
        convolutions: how many each block has.
        out: `features` (B, widths[-1]), the mean over the picture, `maps`, or `tokens`, place by place.

    >>> VGGSE(Flow("image", 1, size=(64, 52)), widths=(8, 16), convolutions=(1, 2), out="maps").out.shape
    (16, 16, 13)
    """

    def __init__(
        self,
        flow: Flow,
        widths: Sequence[int] = (64, 128, 256, 512, 512),
        convolutions: Sequence[int] = (1, 1, 2, 2, 2),
        out: MapsAs = "features",
    ) -> None:
        super().__init__()
        height, across = check_single(flow, "VGGSE")
        if not widths or len(convolutions) != len(widths) or min(convolutions) < 1:
            raise ConfigError(
                f"VGGSE: convolutions is {list(convolutions)}, expected one number from 1 on for each of "
                f"the {len(widths)} widths"
            )
        layers: list[nn.Module] = []
        channels = flow.channels
        for width, count in zip(widths, convolutions, strict=True):
            for _ in range(count):
                convolution = nn.Conv2d(channels, width, 3, padding=1, bias=False)
                layers += [convolution, nn.BatchNorm2d(width), nn.ReLU()]
                channels = width
            layers += [SqueezeExcitation(width), nn.MaxPool2d(2, ceil_mode=True)]
            height, across = (height + 1) // 2, (across + 1) // 2
        self.layers = nn.Sequential(*layers)
        self.form = out
        self.out = shaped_flow(Flow("maps", channels, size=(height, across)), out)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        return shaped(self.layers(x), self.form)

    def stages(self) -> list[str]:
        found, block = [], []
        for number, part in self.layers.named_children():
            block.append(f"layers.{number}")
            if isinstance(part, SqueezeExcitation):
                found.append(" ".join(block))
                block = []
        return found
