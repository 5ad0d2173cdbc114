"""The data-set card `dataset.yaml`: what was recorded, how it is stored and what is to be predicted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

CARD_VERSION = 1
ModalityKind = Literal["waveform", "image", "table", "image_sequence"]
TargetKind = Literal["class", "multilabel", "real"]
TargetLevel = Literal["weld", "interval", "sample"]


@dataclass(frozen=True)
class Modality:
    """One sensor (or set of settings) of the data set.

    A *timed* modality has a sample, row or frame every `1/rate` seconds; sample `i` was taken at
    `offset_s + i / (rate * (1 + clock_ppm * 1e-6))` seconds on the weld's own clock (decision 6).
    A modality that is not timed belongs to the weld as a whole: process parameters, photos taken
    afterwards; it is given with every window of the weld.

    `column` names the manifest column with the file path (several paths: separated by `;`, or a
    glob). A table of the manifest itself has `columns` instead. `reader` holds options of the file
    format's reader: which columns of a CSV, where its header ends, the key inside an NPZ.
    """

    name: str
    kind: ModalityKind
    timed: bool
    unit: str = ""
    rate: Fraction | None = None
    channels: tuple[str, ...] = ()
    column: str | None = None
    columns: tuple[str, ...] = ()
    reader: Mapping[str, Any] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    missing: Literal["error", "nan"] = "error"
    max_missing: float = 0.0
    offset_s: float = 0.0
    clock_ppm: float = 0.0
    description: str = ""


@dataclass(frozen=True)
class TargetSpec:
    """One quantity to predict.

    `level`: `weld` (one value a weld, in manifest column `column`), `interval` (`column` holds the
    path of a CSV with `t0_s,t1_s,value`), `sample` (`column` holds the path of an array read like a
    waveform at `rate` Hz). `codes` maps classes to ISO 6520-1 numbers where they apply.
    """

    name: str
    kind: TargetKind
    level: TargetLevel = "weld"
    column: str = ""
    classes: tuple[str, ...] = ()
    codes: Mapping[str, int] = field(default_factory=dict)
    unit: str = ""
    rate: Fraction | None = None
    description: str = ""


@dataclass(frozen=True)
class Card:
    """A whole data-set card; `about` keeps the descriptive fields (licence, source, citation …)."""

    name: str
    process: int
    material: str
    modalities: Mapping[str, Modality]
    targets: Mapping[str, TargetSpec]
    groups: tuple[str, ...] = ()
    group: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    version: int = CARD_VERSION
