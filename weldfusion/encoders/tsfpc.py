"""Partial convolutions and transformers (TSFPC): a small extractor for pictures of any sensor."""

from collections.abc import Sequence

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.backbone import check_single
from weldfusion.layers.conv_norm import conv_norm
from weldfusion.layers.partial_mobilevit import PartialMobileViT
from weldfusion.layers.partial_residual import PartialResidual
from weldfusion.layers.soft_threshold import SoftThreshold

WIDTHS, TOKENS, LAST = (48, 64, 80), (64, 80, 96), 320
STRIDE, PATCH = 32, 2
STAGES = ("conv1", "residual", "block1", "block2", "block3", "conv2")


class TSFPC(Encoder):
    """Conv1 16 → PCIR 24 → three times PCIR and PCMV (48, 64, 80) → Conv2 320 → soft threshold → mean → FC.

    Each of the first five halves the maps: 256² pixels become 128², 64², 32², 16² and 8². The table of
    layers is that of MobileViT-XXS (arXiv 2110.02178) with partial convolutions (arXiv 2303.03667) for
    its 3×3 ones. Pictures of one channel are repeated to three, so that sensors can share the extractor
    (`model.share`).

    Args:
        flow: single images or maps (a spectrogram); height and width multiples of 64.
        width: size of the features.
        dropout: share of the features dropped in training.
        depths: transformer layers of the three PCMV blocks.
        shrinkage: whether the soft threshold (STSL) is there; without it for ablation.

    >>> TSFPC(Flow("image", 1, size=(64, 128))).out.channels
    256
    """

    def __init__(
        self,
        flow: Flow,
        width: int = 256,
        dropout: float = 0.5,
        depths: Sequence[int] = (2, 4, 3),
        shrinkage: bool = True,
    ) -> None:
        super().__init__()
        _check_size(check_single(flow, "TSFPC"))
        if len(depths) != len(WIDTHS) or min(depths) < 1:
            raise ConfigError(f"depths is {list(depths)}, must be three numbers of layers, each at least 1")
        self.repeats = 3 if flow.channels == 1 else 1
        self.conv1 = conv_norm(flow.channels * self.repeats, 16, size=3, stride=2)
        self.residual = PartialResidual(16, 24, stride=2)
        channels = 24
        for name, wide, tokens, depth in zip(STAGES[2:5], WIDTHS, TOKENS, depths, strict=True):
            halve = PartialResidual(channels, wide, stride=2)
            setattr(self, name, nn.Sequential(halve, PartialMobileViT(wide, tokens, depth, patch=PATCH)))
            channels = wide
        self.conv2 = conv_norm(channels, LAST, size=1, act=nn.Identity if shrinkage else nn.SiLU)
        self.shrink = SoftThreshold(LAST) if shrinkage else nn.Identity()
        self.project = nn.Sequential(nn.Linear(LAST, width), nn.Dropout(dropout))
        self.out = Flow.features(width)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        x = x.repeat(1, self.repeats, 1, 1)
        for name in STAGES:
            x = self.get_submodule(name)(x)
        return self.project(self.shrink(x).mean(dim=(2, 3)))

    def stages(self) -> list[str]:
        return [*STAGES, "shrink project"]


def _check_size(size: tuple[int, int]) -> None:
    step = STRIDE * PATCH
    right = tuple(max(step, round(side / step) * step) for side in size)
    if right != size:
        raise ConfigError(
            f"TSFPC takes images whose height and width are multiples of {step} pixels, not "
            f"{size[0]}×{size[1]}; resize them to {right[0]}×{right[1]}"
        )
