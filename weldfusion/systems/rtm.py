"""RTM: pool images by a ResNet that attends, series by a Transformer, joined by bilinear pooling."""

from dataclasses import dataclass
from functools import partial

from weldfusion.encoders.rat import RAT
from weldfusion.encoders.transformer import PatchTransformer
from weldfusion.fusion.mfb import MFB
from weldfusion.systems.parts import MakeFusion, Parts
from weldfusion.systems.system import System

IMAGE_SIZE, SERIES_SIZE = 512, 128
"""Features of each tower before they are expanded."""


@dataclass(frozen=True)
class RTM(System):
    """Image → RAT → 2048; series (B, C, L) → patches → Transformer encoder → 128; MFB → linear layer.

    Source: "Intelligent detection method for aluminum alloy TIG welding quality by fusing multimodal data
    features" (six states of a TIG weld from a pool image, current and speed). Stated: images of 224 pixels,
    series of 1280 samples, ResNet-50 with attention for 3×3 convolutions of its last stage, MFB that reduces,
    expands, multiplies, drops, sums, takes the signed root and normalises to length 1.

    Our choices, where the paper's text is not public: attention in all three blocks of the last stage with
    relative positions (BoTNet); patches of 16 samples, two layers of 128 with 8 heads; features reduced to
    512 and 128, then expanded to `factor` · `size`. With 224 pixels, 1280 samples of two channels and six
    classes: 21 103 174 parameters, of which the image tower has 18 803 008.

    Args:
        image: the modality of pool images; of K frames in a window the features are averaged.
        series: the modality of series, a waveform.
        blocks: how many blocks of the ResNet's last stage attend, 1 to 3 from the end.
        weights: of the ResNet-50: `DEFAULT` for torchvision's, a local file, or null for random ones.
        size: features after the join.
        factor: products summed for one of them.
        fusion: joins the towers in the place of MFB, `size` and `factor` then play no part.
        modality_dropout: chance that a present modality is hidden in training; 0 in the paper.
    """

    paper_targets = 1

    image: str = "pool_camera"
    series: str = "current_speed"
    blocks: int = 3
    weights: str | None = None
    size: int = 256
    factor: int = 5
    fusion: MakeFusion | None = None
    modality_dropout: float = 0.1

    def parts(self) -> Parts:
        pooling = partial(
            MFB,
            size=self.size,
            factor=self.factor,
            reduce={self.image: IMAGE_SIZE, self.series: SERIES_SIZE},
        )
        return Parts(
            encoders={
                self.image: partial(RAT, weights=self.weights, blocks=self.blocks),
                self.series: partial(PatchTransformer, size=SERIES_SIZE),
            },
            fusion=self.fusion or pooling,
            modality_dropout=self.modality_dropout,
        )
