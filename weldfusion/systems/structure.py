"""The parts of a model with their sizes, as plain records: nothing of torch, for tables and drawings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from weldfusion.data.flow import Flow

Role = Literal[
    "selection", "encoder", "exchange", "trunk", "mean", "fusion", "head", "late fusion", "penalty"
]  # fmt: skip

CONVENTION = (
    "MACs: multiply-adds of convolutions, matrix products and attention for one window (batch 1, all sensors "
    "present, evaluation); 1 MAC = 2 FLOPs. Not counted: biases, normalisation, activations, pooling, "
    "Fourier transforms, and what only training uses."
)


@dataclass(frozen=True)
class Piece:
    """One part of a model.

    Args:
        role: which place it has.
        key: its key in a config, such as `model.encoders.sound`.
        name: its class, with that of a part inside: `ImageSet(SmallCNN2d)`.
        takes, gives: modality → what comes in and out, as words (`shape_words`); the name is empty where
            modalities are joined already.
        parameters: all that it uses.
        own: those of them that no earlier piece uses.
        macs: multiply-adds of one window; see `CONVENTION`.
        target: the target of a head or late fusion.
        note: how it is used: `all 3 images at once`, `whole of sound`.
        shares: the modality whose encoder it uses, in whole or in part.
    """

    role: Role
    key: str
    name: str
    takes: Mapping[str, str]
    gives: Mapping[str, str]
    parameters: int
    own: int
    macs: int
    target: str = ""
    note: str = ""
    shares: str = ""


@dataclass(frozen=True)
class Structure:
    """A whole model: what each modality gives, then its pieces in the order of the data.

    `parameters` are all of the model, each counted once; `shared` those that serve more than one piece.
    """

    name: str
    inputs: Mapping[str, str]
    targets: Mapping[str, str]
    pieces: Sequence[Piece]
    parameters: int
    shared: int = 0
    modality_dropout: float = 0.0

    @property
    def macs(self) -> int:
        """Multiply-adds of one window."""
        return sum(piece.macs for piece in self.pieces)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return asdict(self) | {"macs": self.macs, "convention": CONVENTION}


def shape_words(flow: Flow) -> str:
    """What flows, in words; signs as in a paper.

    >>> shape_words(Flow("waveform", 3, length=1024)), shape_words(Flow.tokens(256, 64))
    ('3 × 1024 samples', '256 tokens × 64')
    >>> shape_words(Flow("image", 1, size=(48, 96), count=5))
    '5 images 1 × 48 × 96'
    """
    size = " × ".join(map(str, flow.size or ()))
    if flow.kind == "waveform":
        return f"{flow.channels} × {flow.length} samples"
    if flow.kind == "image":
        how_many = "image" if flow.count is None else "1 image" if flow.count == 1 else f"{flow.count} images"
        return f"{how_many} {flow.channels} × {size}"
    if flow.kind == "table":
        return f"{flow.channels} columns" if flow.channels != 1 else "1 column"
    if flow.kind == "tokens":
        return f"{flow.length} token{'s' * (flow.length != 1)} × {flow.channels}"
    if flow.kind == "maps":
        return f"maps {flow.channels} × {size}"
    return f"{flow.channels} features"


def short_count(number: int) -> str:
    """A count for a drawing.

    >>> [short_count(n) for n in (0, 987, 12_345, 179_715, 25_929_735)]
    ['0', '987', '12.3 k', '180 k', '25.9 M']
    """
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            digits = 1 if number < 100 * size else 0
            return f"{number / size:.{digits}f} {unit}"
    return str(number)
