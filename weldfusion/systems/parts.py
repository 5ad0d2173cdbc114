"""The `model:` section of a config: which parts make up a fusion model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.data.ranges import check_share
from weldfusion.encoders.encoder import Encoder
from weldfusion.fusion.fusion import Exchange, Fusion, LateFusion
from weldfusion.heads.head import Head
from weldfusion.systems.system import System

MakeEncoder = Callable[[Flow], Encoder]
MakeExchange = Callable[[Mapping[str, Flow]], Exchange]
MakeFusion = Callable[[Mapping[str, Flow]], Fusion | LateFusion]
MakeHead = Callable[[Flow, TargetSpec], Head]


@dataclass(frozen=True)
class Parts(System):
    """Stem encoders → exchanges → trunk encoders → one fusion → heads (decision 1).

    Args:
        encoders: one per modality; a modality without one gets the default of its kind.
        share: modalities that use the stem encoder of another one of equal size and rate, such as
            `{infrared_side: infrared_top}`; its weights then learn from both.
        exchange: one exchange, or several in order, between stem and trunk encoders.
        trunks: one per modality, after the exchanges; only needed where the stem gives tokens.
        fusion: the last join; concatenation by default.
        heads: one per target; a target without one gets the default of its kind.
        modality_dropout: chance that a present modality is hidden from the model in training (never
            the last one of a sample).
    """

    encoders: Mapping[str, MakeEncoder] | None = None
    share: Mapping[str, str] | None = None
    exchange: MakeExchange | Sequence[MakeExchange] | None = None
    trunks: Mapping[str, MakeEncoder] | None = None
    fusion: MakeFusion | None = None
    heads: Mapping[str, MakeHead] | None = None
    modality_dropout: float = 0.1

    def __post_init__(self) -> None:
        check_share("modality_dropout", self.modality_dropout)

    def parts(self) -> "Parts":
        return self
