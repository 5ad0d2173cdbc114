"""The `model:` section of a config: which parts make up a fusion model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.data.ranges import check_least, check_share
from weldfusion.encoders.encoder import Encoder
from weldfusion.fusion.fusion import Exchange, Fusion, LateFusion
from weldfusion.fusion.penalty import Penalty
from weldfusion.heads.head import Head
from weldfusion.layers.shared_stages import Norms
from weldfusion.signals.selection import Selection
from weldfusion.systems.system import System

MakeEncoder = Callable[[Flow], Encoder]
MakeExchange = Callable[[Mapping[str, Flow]], Exchange]
MakeFusion = Callable[[Mapping[str, Flow]], Fusion | LateFusion]
MakePenalty = Callable[[Mapping[str, Flow]], Penalty]
MakeHead = Callable[[Flow, TargetSpec], Head]


@dataclass(frozen=True)
class Share:
    """How a modality uses the stem encoder of another one.

    Args:
        of: the modality whose encoder is used.
        stages: how many stages are shared, from the input on; null: all of it.
        norms: whether each modality has batch normalisations of its `own`, or they are `shared` too.
        skip: how many stages at the input stay its own.

    A modality may have an encoder of its own in `model.encoders`, such as a spectrogram in front of the
    network that another one applies to pictures. Then only stages are shared, null: all of them, and the two
    inputs need not be alike.
    """

    of: str
    stages: int | None = None
    norms: Norms = "own"
    skip: int = 0

    def __post_init__(self) -> None:
        check_least("stages", self.stages, 1, " or null")
        check_least("skip", self.skip, 0)


@dataclass(frozen=True)
class Parts(System):
    """Stem encoders → exchanges → trunk encoders → one fusion → heads (decision 1).

    Args:
        select: which channels of a waveform, or columns of a table, go on to the encoder; fitted on the
            training part, such as `{parameters: StepwiseVif}`.
        encoders: one per modality; a modality without one gets the default of its kind.
        share: modalities that use the stem encoder of another one, such as
            `{infrared_side: infrared_top}`; its weights then learn from both. In part, or with batch
            statistics for each: `{infrared_side: {of: infrared_top, stages: 2, norms: own}}`.
        exchange: one exchange, or several in order, between stem and trunk encoders.
        trunks: one per modality, after the exchanges; only needed where the stem gives tokens.
        fusion: the last join; concatenation by default.
        heads: one per target; a target without one gets the default of its kind.
        penalties: what training adds to the losses for the features before the last join, such as
            `[{class_path: Similarity, weight: 0.1}]`.
        modality_dropout: chance that a present modality is hidden from the model in training (never
            the last one of a sample).
    """

    select: Mapping[str, Selection] | None = None
    encoders: Mapping[str, MakeEncoder] | None = None
    share: Mapping[str, str | Share] | None = None
    exchange: MakeExchange | Sequence[MakeExchange] | None = None
    trunks: Mapping[str, MakeEncoder] | None = None
    fusion: MakeFusion | None = None
    heads: Mapping[str, MakeHead] | None = None
    penalties: Sequence[MakePenalty] | None = None
    modality_dropout: float = 0.1

    def __post_init__(self) -> None:
        check_share("modality_dropout", self.modality_dropout)

    def parts(self) -> "Parts":
        return self
