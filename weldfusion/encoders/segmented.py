"""Pictures of which only the seam (or melt pool) is seen: a frozen U-Net before any encoder."""

from collections.abc import Callable, Sequence
from typing import Literal, Self

import torch
from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.encoders.chain import inner_stages
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.pretrained import pretrained_wanted
from weldfusion.layers.segmenter import Segmenter, TrainedOn, read_segmenter
from weldfusion.layers.unet import WIDTHS

INSIDE = 0.5


class SegmentedBackbone(Encoder):
    """Each picture times its mask, then an encoder of pictures.

    The mask is that of a segmenter trained by `weldfusion segment`, which learns no more here. Pictures are
    standardised before, so what lies outside of the mask becomes the mean of the training part.

    Args:
        flow: single images.
        segmenter: file that `weldfusion segment` wrote (`segmenter.pt`); needed to fit, not to predict, as
            its weights stay with the run. null: random weights, to try the structure.
        backbone: encoder of the masked picture.
        widths: of the U-Net's levels, as the segmenter was trained.
        mask: `soft`: share of the object in each pixel; `hard`: 1 from a share of 0.5, else 0.

    Raises ConfigError where the file cannot be used for such pictures.

    >>> SegmentedBackbone(Flow("image", 3, size=(64, 64))).out.channels
    128
    """

    def __init__(
        self,
        flow: Flow,
        segmenter: str | None = None,
        backbone: Callable[[Flow], Encoder] | None = None,
        widths: Sequence[int] = WIDTHS,
        mask: Literal["soft", "hard"] = "soft",
    ) -> None:
        super().__init__()
        if flow.kind != "image" or flow.count is not None or flow.size is None:
            raise ConfigError(f"SegmentedBackbone takes single images of known size, not {flow.kind}")
        if mask not in ("soft", "hard"):
            raise ConfigError(f"mask: must be soft or hard, is {mask}")
        self.trained_on: TrainedOn | None = None
        self.segmenter = Segmenter(flow.channels, tuple(widths), flow.size)
        if segmenter is not None and pretrained_wanted():
            self._take(segmenter, flow, tuple(widths))
        self.segmenter.requires_grad_(False).eval()
        self.backbone = (backbone or SmallCNN2d)(flow)
        self.needs_float32 = self.backbone.needs_float32
        self.hard = mask == "hard"
        self.out = self.backbone.out

    def _take(self, path: str, flow: Flow, widths: tuple[int, ...]) -> None:
        found, self.trained_on = read_segmenter(path)
        if tuple(found.network.widths) != widths:
            raise ConfigError(f"widths: are {list(widths)}, {path} has {list(found.network.widths)}")
        if found.network.channels != flow.channels:
            raise ConfigError(
                f"segmenter: {path} takes pictures of {found.network.channels} channels, these have "
                f"{flow.channels}; train one on them"
            )
        self.segmenter = found

    def train(self, mode: bool = True) -> Self:
        """The segmenter's batch statistics stay those of its own training."""
        super().train(mode)
        self.segmenter.eval()
        return self

    def masks(self, x: Tensor) -> Tensor:
        """What pictures (B, C, H, W) are multiplied by, (B, 1, H, W)."""
        with torch.no_grad():
            share = self.segmenter(x)
        return (share >= INSIDE).to(share.dtype) if self.hard else share

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        return self.backbone(x * self.masks(x), valid)

    def stages(self) -> list[str]:
        """Those of the backbone; the segmenter learns nothing."""
        return inner_stages("backbone", self.backbone)

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        return self.backbone.out_valid(valid)
