"""Vision–spectrum fusion: the picture of a laser seam asks the spectrum of its plume."""

from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from weldfusion.data.ranges import check_least
from weldfusion.encoders.chain import Chain
from weldfusion.encoders.inverted import InvertedSpectrum
from weldfusion.encoders.map_tokens import MapTokens
from weldfusion.encoders.self_attention import SelfAttention
from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.fusion.concat_mlp import ConcatMLP
from weldfusion.fusion.one_way_attention import OneWayAttention
from weldfusion.fusion.only import Only
from weldfusion.fusion.pooled_addition import PooledAddition
from weldfusion.heads.classes import ClassHead
from weldfusion.signals.channel_selection import ChannelSelection
from weldfusion.systems.parts import MakeEncoder, MakeExchange, MakeFusion, Parts
from weldfusion.systems.system import System

Join = Literal["image", "add", "concat", "cross"]
JOINS = ("image", "add", "concat", "cross")
MOST_ALIKE = 0.95


@dataclass(frozen=True)
class Sizes:
    """Sizes of all attention; those of the paper's counts are 768, 8 and 4.

    Args:
        tokens: size d of a token.
        heads: attention heads; must divide `tokens`.
        mlp_ratio: width of feed-forward networks over `tokens`.
    """

    tokens: int = 128
    heads: int = 4
    mlp_ratio: float = 2.0

    def __post_init__(self) -> None:
        check_least("tokens", self.tokens, 1)


@dataclass(frozen=True)
class VisionSpectrum(System):
    """Picture → MobileNetV2 → tokens V; each wavelength's time course → token E; V attends to E; class.

    Source: "Deep multimodal fusion of spectral and visual data for laser welding defect classification"
    (2026; seven states of busbar seams); inverted embedding of iTransformer, arXiv 2310.06625.

    Picture (B, C, H, W) → maps (B, 1280, H/32, W/32) → V (B, H·W/1024, d) with a sine code of row and
    column. Spectrum (B, N, T) → Linear T → 2d → GELU → Linear → d, then one encoder layer over the
    channels: E (B, N, d). `image`: V → self-attention → mean → class. `add`: V + mean(E) before the
    self-attention. `concat`: the mean of E beside that of V → Linear 2d → d. `cross`: V attends to E before,
    two self-attentions and a Linear d → d instead of one self-attention.

    For three colours, 560 steps and seven classes, d = 768, 8 heads, mlp_ratio 4: 5 576 967 (image),
    15 887 367 (concat), 25 929 735 (cross); the paper gives 5.6, 15.9 and 25.9 million. The layers are our
    choice (no text or code is public), found by that arithmetic, so equal counts prove nothing. The default
    d = 128 has 2 455 047, 2 796 935 and 3 012 231. A frame sequence gives the tokens of all its frames.

    Args:
        image: the modality of seam pictures.
        spectrum: the modality of spectra over time, cut or resampled to one length.
        target: the class target, trained by the focal loss.
        join: how the spectrum comes in; `image`: not at all.
        sizes: of tokens and attention.
        channels: wavelengths that go on, chosen on the training part: in order of relevance, each only if its
            |r| with all chosen is below 0.95 (`ChannelSelection`); null: all.
        backbone: encoder of one picture to maps; MobileNetV2 by default. `SegmentedBackbone` around it lets
            it see the segmented seam alone.
        focal_gamma: γ of the focal loss; 0: cross-entropy.
    """

    paper_targets = 1

    image: str = "image"
    spectrum: str = "spectrum"
    target: str = "state"
    join: Join = "cross"
    sizes: Sizes = field(default_factory=Sizes)
    channels: int | None = None
    backbone: MakeEncoder | None = None
    focal_gamma: float = 2.0

    def __post_init__(self) -> None:
        if self.join not in JOINS:
            raise ConfigError(f"join: is {self.join!r}; {did_you_mean(self.join, JOINS)}")

    def parts(self) -> Parts:
        d, heads = self.sizes.tokens, self.sizes.heads
        backbone = self.backbone or partial(TorchvisionBackbone, name="mobilenet_v2", out="maps")
        encoders: dict[str, MakeEncoder] = {
            self.image: partial(Chain, encoders=[backbone, partial(MapTokens, size=d)])
        }
        if self.join != "image":
            encoders[self.spectrum] = partial(
                InvertedSpectrum,
                size=d,
                hidden=2 * d,
                heads=heads,
                mlp_ratio=self.sizes.mlp_ratio,
                out="tokens",
            )
        alone = partial(SelfAttention, layers=1, heads=heads)
        after_cross = partial(SelfAttention, layers=2, heads=heads, project=d)
        return Parts(
            select=None if self.join == "image" else self._select(),
            encoders=encoders,
            exchange=self._exchange(),
            trunks={self.image: after_cross if self.join == "cross" else alone},
            fusion=self._fusion(),
            heads={self.target: partial(ClassHead, focal_gamma=self.focal_gamma)},
            modality_dropout=0.0 if self.join == "image" else 0.1,
        )

    def _select(self) -> dict[str, ChannelSelection] | None:
        if self.channels is None:
            return None
        return {self.spectrum: ChannelSelection(most=MOST_ALIKE, count=self.channels)}

    def _exchange(self) -> MakeExchange | None:
        if self.join == "add":
            return partial(PooledAddition, onto=self.image, source=self.spectrum)
        if self.join == "cross":
            one_way = partial(OneWayAttention, query=self.image, keys=self.spectrum)
            return partial(one_way, heads=self.sizes.heads, mlp_ratio=self.sizes.mlp_ratio)
        return None

    def _fusion(self) -> MakeFusion:
        if self.join in ("image", "add"):
            return partial(Only, modality=self.image, absent="zero")
        return partial(ConcatMLP, hidden=(self.sizes.tokens,), dropout=0.0, absent="zero")
