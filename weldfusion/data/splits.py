"""Division of welds into training and test parts, by groups."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from weldfusion.data.card import Card
from weldfusion.data.manifest import Weld

Part = Literal["fit", "select", "calibrate", "test", "unused"]


@dataclass(frozen=True)
class Fold:
    """One division: weld id → part. `test` meets no stage of fitting."""

    name: str
    parts: Mapping[str, Part]


class Split(ABC):
    """A rule that divides welds into folds. Settings are constructor arguments."""

    @abstractmethod
    def folds(self, welds: Sequence[Weld], card: Card, seed: int) -> list[Fold]:
        """One fold for a hold-out, K for K-fold …; keyed by `seed`."""


@dataclass(frozen=True)
class HoldOut(Split):
    """Grouped stratified hold-out."""

    by: str | None = None
    test: float = 0.25

    def folds(self, welds: Sequence[Weld], card: Card, seed: int) -> list[Fold]:
        raise NotImplementedError
