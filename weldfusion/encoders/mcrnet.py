"""MCRNet: consecutive frames on a depth axis, five-branch convolutions, squeeze and excitation."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.layers.conv_norm import conv_norm
from weldfusion.layers.masked import masked_batch_norm, masked_mean, window_valid
from weldfusion.layers.reparam import MultiBranchConv2d
from weldfusion.layers.squeeze_excitation import SqueezeExcitation

Without = Literal["nothing", "branches", "excitation"]
WITHOUT = ("nothing", "branches", "excitation")


class MCRNet(Encoder):
    """3-D stem → stages of multi-branch convolutions, each ReLU → squeeze and excitation → Linear → BN.

    Of a sequence the stem sees `depth` consecutive frames at a time: Conv3d(depth × 3 × 3, stride 2 in the
    picture, none beyond the frames) → BatchNorm → ReLU → mean over the places it fits. With as many frames as
    `depth` that is one place, the same as a 2-D convolution over frames taken as colours; more frames are
    needed for the order within a longer sequence to count. A single image, or a spectrogram given as one
    (`SpectrogramBackbone`), is a sequence of one. Frames that are not valid count as 0 and
    places that reach beyond the first or last valid one are left out, if any other is there.

    The network of system 5 as its notes give it; widths, stem, order and sizes are our choice, since no
    text names them. `layers.reparam.deploy` fuses the branches of a trained model.

    Args:
        flow: single images (B, C, H, W), maps, or sequences of frames (B, K, C, H, W).
        widths: channels of each stage; the first block of a stage halves the picture.
        blocks: multi-branch convolutions per stage.
        stem: channels of the stem.
        depth: consecutive frames of a sequence that the stem joins.
        size: features given out.
        out: `features` (B, size), or `maps` before the mean over the picture.
        without: for ablation: `branches`, so that each block has one 3×3 convolution (without MFE), or the
            squeeze and `excitation` (without SE). Without the 3-D convolution: `depth` 1.

    >>> MCRNet(Flow("image", 1, size=(64, 64), count=3)).out.channels
    128
    """

    whole_sets = True

    def __init__(
        self,
        flow: Flow,
        widths: Sequence[int] = (32, 64, 128, 256),
        blocks: int = 2,
        stem: int = 16,
        depth: int = 3,
        size: int = 128,
        out: Literal["features", "maps"] = "features",
        without: Without = "nothing",
    ) -> None:
        super().__init__()
        if flow.kind not in ("image", "maps") or flow.size is None:
            raise ConfigError(f"MCRNet takes images or sequences of frames of known size, not {flow.kind}")
        if not widths or blocks < 1 or depth < 1:
            raise ConfigError(
                f"MCRNet: widths {list(widths)}, blocks {blocks}, depth {depth}; give at least one of each"
            )
        if without not in WITHOUT:
            raise ConfigError(f"without: is {without!r}; {did_you_mean(without, WITHOUT)}")
        self.single = flow.count is None
        self.depth = 1 if self.single else depth
        if flow.count is not None and flow.count < depth:
            raise ConfigError(
                f"MCRNet: sequences of {flow.count} frames are shorter than the stem's depth {depth}; "
                "take longer windows or lower depth"
            )
        self.stem = nn.Conv3d(flow.channels, stem, (self.depth, 3, 3), (1, 2, 2), (0, 1, 1), bias=False)
        self.norm, self.activation = nn.BatchNorm3d(stem), nn.ReLU()
        self.body = nn.Sequential()
        channels = stem
        for width in widths:
            inside = [_block(width, width, 1, without) for _ in range(blocks - 1)]
            self.body.append(nn.Sequential(_block(channels, width, 2, without), *inside))
            channels = width
        height, across = (-(-side // 2 ** (len(widths) + 1)) for side in flow.size)
        self.pooled = out == "features"
        self.project = nn.Sequential(nn.Linear(channels, size), nn.BatchNorm1d(size)) if self.pooled else None
        self.out = Flow.features(size) if self.pooled else Flow("maps", channels, size=(height, across))

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        frames, places = x.unsqueeze(1) if self.single else x, None
        if valid is not None and not self.single:
            frames = frames.masked_fill(~valid[:, :, None, None, None], 0.0)
            places = fitting_places(valid, self.depth)
        maps = self.body(self._stem(frames.transpose(1, 2), places))
        return maps if self.project is None else self.project(maps.mean(dim=(2, 3)))

    def stages(self) -> list[str]:
        body = [f"body.{number}" for number in range(len(self.body))]
        return ["stem norm", *body, *(["project"] if self.pooled else [])]

    def _stem(self, frames: Tensor, places: Tensor | None) -> Tensor:
        """(B, C, K, H, W), bool (B, K − depth + 1) → (B, stem, H/2, W/2)."""
        mask = None if places is None else places[:, None, :, None, None]
        found = self.activation(masked_batch_norm(self.norm, self.stem(frames), mask))
        tokens = found.transpose(1, 2)
        return masked_mean(tokens.flatten(2), places).unflatten(1, tokens.shape[2:])


def fitting_places(valid: Tensor, depth: int) -> Tensor:
    """Where `depth` consecutive frames count: bool (B, K) → (B, K − depth + 1).

    Between the first and the last valid frame; where fewer than `depth` lie there, wherever one is.

    >>> fitting_places(torch.tensor([[True, True, True, False], [True, False, False, False]]), 3).tolist()
    [[True, False], [True, False]]
    """
    whole, some = window_valid(valid, depth, 1), valid.unfold(1, depth, 1).any(dim=-1)
    return torch.where(whole.any(dim=1, keepdim=True), whole, some)


def _block(channels: int, width: int, stride: int, without: Without) -> nn.Sequential:
    """Multi-branch convolution (MFE) → ReLU → squeeze and excitation; non-linear only after the sum."""
    if without == "branches":
        return nn.Sequential(*conv_norm(channels, width, 3, stride, act=nn.ReLU), SqueezeExcitation(width))
    found = nn.Sequential(MultiBranchConv2d(channels, width, stride), nn.ReLU())
    return found if without == "excitation" else found.append(SqueezeExcitation(width))
