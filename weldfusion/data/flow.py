"""What flows between two parts of a model, known before a recording is opened."""

from dataclasses import dataclass, replace
from typing import Literal, Self

FlowKind = Literal["waveform", "image", "table", "features", "tokens", "maps"]


@dataclass(frozen=True)
class Flow:
    """Kind and sizes of one tensor on its way through the model, batch axis left out.

    | kind | tensor | fields |
    |---|---|---|
    | waveform | (B, channels, length) | `rate` in Hz |
    | image | (B, count, channels, *size) if `count`, else (B, channels, *size) | set of photos, frames |
    | table | (B, channels) | |
    | features | (B, channels) | |
    | tokens | (B, length, channels) | `rate` of the tokens in Hz if they follow time |
    | maps | (B, channels, *size) | |

    `count` says that a weld (photos) or a window (frames of a sequence) has up to that many images;
    which of them are real is told by the batch's `valid` mask.

    >>> Flow.features(64)
    Flow(kind='features', channels=64, length=None, size=None, count=None, rate=None)
    """

    kind: FlowKind
    channels: int
    length: int | None = None
    size: tuple[int, int] | None = None
    count: int | None = None
    rate: float | None = None

    @classmethod
    def features(cls, channels: int) -> Self:
        return cls("features", channels)

    @classmethod
    def tokens(cls, length: int, channels: int, rate: float | None = None) -> Self:
        return cls("tokens", channels, length=length, rate=rate)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample.

        >>> Flow("waveform", 2, length=1024).shape
        (2, 1024)
        """
        if self.kind == "waveform":
            return (self.channels, self.length or 0)
        if self.kind == "tokens":
            return (self.length or 0, self.channels)
        if self.kind in ("image", "maps"):
            one = (self.channels, *(self.size or (0, 0)))
            return one if self.count is None else (self.count, *one)
        return (self.channels,)

    @property
    def single(self) -> "Flow":
        """The flow of one image of a set."""
        return replace(self, count=None)
