"""ResNet-50 whose last stage attends (RAT): self-attention in the place of 3×3 convolutions."""

from typing import cast

from torch import Tensor, nn
from torchvision.models import resnet50
from torchvision.models.resnet import Bottleneck

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.encoders.torchvision_backbone import load_published
from weldfusion.errors import ConfigError
from weldfusion.layers.backbone import adapt_first, check_single, dry_shape
from weldfusion.layers.maps import MapsAs, shaped, shaped_flow
from weldfusion.layers.mhsa2d import MHSA2d
from weldfusion.layers.resnet import STAGES, resnet_stages


class RAT(Encoder):
    """ResNet-50 with multi-head self-attention for the 3×3 convolutions of its last blocks.

    In the block that halves the maps attention sees them whole; 2×2 averages follow. Shortcuts are as in
    torchvision; without weights each block starts as the identity, as in the source.

    Source: Bottleneck Transformers, arXiv 2101.11605.

    Args:
        flow: single images.
        weights: `DEFAULT` for torchvision's ResNet-50 (downloaded once), the path of a local file with its
            state dictionary, or null; the replaced convolutions are left out.
        blocks: how many of the three blocks of the last stage attend, counted from the end.
        heads: attention heads; must divide 512.
        out: `features` (B, 2048), the `maps` before the mean, or these as `tokens` row by row.

    >>> RAT(Flow("image", 3, size=(64, 64)), out="maps").out.shape
    (2048, 2, 2)
    """

    def __init__(
        self,
        flow: Flow,
        weights: str | None = None,
        blocks: int = 3,
        heads: int = 4,
        out: MapsAs = "features",
    ) -> None:
        super().__init__()
        check_single(flow, "RAT")
        network = resnet50(zero_init_residual=True)
        last = list(cast(nn.Sequential, network.layer4).named_children())
        if not 1 <= blocks <= len(last):
            raise ConfigError(f"blocks is {blocks}, must be 1 to {len(last)}: the last stage has no more")
        chosen = last[-blocks:]
        load_published(network, "resnet50", weights, ("fc.", *(f"layer4.{n}.conv2." for n, _ in chosen)))
        adapt_first(network, flow.channels)
        before = nn.Sequential(*list(resnet_stages(network).values())[:-1])
        _, height, width = dry_shape(lambda part, x: part(x), before, flow, "RAT")
        if min(height, width) < 2:
            raise ConfigError(
                f"RAT needs images of more than 16 pixels a side, not {flow.size}: else nothing attends"
            )
        halved = (height + 1) // 2, (width + 1) // 2
        for number, block in chosen:
            _attend(cast(Bottleneck, block), (height, width) if number == "0" else halved, heads)
        for name, stage in resnet_stages(network).items():
            setattr(self, name, stage)
        self.shape = out
        self.out = shaped_flow(Flow("maps", network.fc.in_features, size=halved), out)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        for name in STAGES:
            x = self.get_submodule(name)(x)
        return shaped(x, self.shape)

    def stages(self) -> list[str]:
        return list(STAGES)


def _attend(block: Bottleneck, size: tuple[int, int], heads: int) -> None:
    """Puts attention over maps of `size` in the place of the block's 3×3 convolution."""
    attention: nn.Module = MHSA2d(block.conv2.out_channels, size, heads)
    if block.stride > 1:
        attention = nn.Sequential(attention, nn.AvgPool2d(block.stride, ceil_mode=True))
    block.conv2 = attention  # type: ignore[assignment]
