"""ResNet with a feature pyramid (F-ResNet): large and small marks in one vector."""

from typing import Literal

import torch
from torch import Tensor
from torchvision.models import get_model
from torchvision.ops import FeaturePyramidNetwork

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.encoders.torchvision_backbone import load_published
from weldfusion.errors import ConfigError
from weldfusion.layers.backbone import adapt_first, check_single, dry_shape
from weldfusion.layers.resnet import STAGES, all_maps, resnet_stages


class FResNet(Encoder):
    """Maps of the four stages of a ResNet → feature pyramid P2 … P5 → the mean of each level, joined.

    Source: ResNet, arXiv 1512.03385; feature pyramid, arXiv 1612.03144 (torchvision's).

    Args:
        flow: single images.
        weights: `DEFAULT` for torchvision's (downloaded once), the path of a local file with the ResNet's
            state dictionary, or null; the pyramid starts from random weights.
        width: channels of each level of the pyramid.
        join: `concat` the means of the levels (B, 4 · width), or their `sum` (B, width).
        name: which ResNet.

    >>> FResNet(Flow("image", 3, size=(64, 64))).out.channels
    1024
    """

    def __init__(
        self,
        flow: Flow,
        weights: str | None = None,
        width: int = 256,
        join: Literal["concat", "sum"] = "concat",
        name: Literal["resnet18", "resnet34", "resnet50"] = "resnet18",
    ) -> None:
        super().__init__()
        check_single(flow, "FResNet")
        if width < 1:
            raise ConfigError(f"width is {width}, must be at least 1")
        network = get_model(name, weights=None)
        load_published(network, name, weights, ("fc.",))
        adapt_first(network, flow.channels)
        stages = resnet_stages(network)
        for stage, part in stages.items():
            setattr(self, stage, part)
        sizes = [network.fc.in_features >> step for step in (3, 2, 1, 0)]
        self.pyramid = FeaturePyramidNetwork(sizes, width)
        self.concat = join == "concat"
        self.out = Flow.features(4 * width if self.concat else width)
        dry_shape(lambda part, x: part(x), self, flow, "FResNet")

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        means = [level.mean(dim=(2, 3)) for level in self.levels(x).values()]
        return torch.cat(means, dim=1) if self.concat else torch.stack(means).sum(dim=0)

    def levels(self, x: Tensor) -> dict[str, Tensor]:
        """Maps (B, width, H / s, W / s) of the pyramid: s = 4 at `layer1` (P2) … 32 at `layer4` (P5)."""
        maps = all_maps({name: self.get_submodule(name) for name in STAGES}, x)
        return self.pyramid({name: maps[name] for name in STAGES[1:]})

    def stages(self) -> list[str]:
        return [*STAGES, "pyramid"]
