"""CAFNet: sound and light of a weld as raw waveforms, two 1-D CNNs that attend to each other half-way."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.errors import ConfigError
from weldfusion.fusion.concat import Concat
from weldfusion.fusion.cross_attention import CrossAttention
from weldfusion.systems.parts import MakeExchange, MakeFusion, Parts
from weldfusion.systems.system import System

ATTEND_AFTER = 2
"""Blocks of each branch before the exchange."""


@dataclass(frozen=True)
class CAFNet(System):
    """Waveforms → two blocks → cross-attention, added to both → the other blocks → mean → linear layer.

    Source: "Cross-attention-based multi-sensing signals fusion for penetration state monitoring during laser
    welding of aluminum alloy", doi:10.1016/j.knosys.2022.110212, and its published code. Windows of 1024
    samples become 1023, 1022 (tokens of the attention), 1021 and 1020; with one channel a sensor and three
    classes: 179 715 parameters, without the exchange (1D-CNN-AP) 112 899.

    Where code and text differ: queries come from a branch itself (code) or from the other one (figure), a
    setting of `CrossAttention`; the slope is 0.01 in the code and 0.001 in the text. Poolings of stride 1 are
    the code's; 2 halves the signal and leaves 256 tokens, 16 times fewer pairs.

    Args:
        acoustic: the modality of sound.
        optical: the modality of light.
        widths: channels of the blocks of each branch; the exchange lies after the second.
        pool_stride: of the max-pooling of each block.
        slope: negative slope of the LeakyReLU.
        exchange: what the branches tell each other after their second block; null: nothing.
        fusion: joins the features at the end; side by side by default, zeros for an absent sensor.
        modality_dropout: chance that a present modality is hidden in training; 0 in the paper.
    """

    paper_targets = 1

    acoustic: str = "microphone"
    optical: str = "photodiode"
    widths: Sequence[int] = (32, 64, 128, 64)
    pool_stride: int = 1
    slope: float = 0.01
    exchange: MakeExchange | None = CrossAttention
    fusion: MakeFusion | None = None
    modality_dropout: float = 0.0

    def __post_init__(self) -> None:
        if len(self.widths) <= ATTEND_AFTER:
            raise ConfigError(
                f"widths has {len(self.widths)} values, expected at least {ATTEND_AFTER + 1}: "
                f"the exchange lies after block {ATTEND_AFTER}"
            )

    def parts(self) -> Parts:
        blocks = partial(ConvBlocks1d, pool_strides=self.pool_stride, slope=self.slope)
        stem = partial(blocks, widths=tuple(self.widths[:ATTEND_AFTER]), out="tokens")
        trunk = partial(blocks, widths=tuple(self.widths[ATTEND_AFTER:]))
        names = (self.acoustic, self.optical)
        return Parts(
            encoders=dict.fromkeys(names, stem),
            exchange=self.exchange,
            trunks=dict.fromkeys(names, trunk),
            fusion=self.fusion or partial(Concat, absent="zero"),
            modality_dropout=self.modality_dropout,
        )
