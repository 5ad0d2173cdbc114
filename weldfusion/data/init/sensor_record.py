"""A proposed modality with what is a guess about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from weldfusion.data.modality import Modality


@dataclass(frozen=True)
class Sensor:
    """A proposed modality; `notes` say field by field what is a guess, `durations` are seconds by weld."""

    modality: Modality
    notes: Mapping[str, str] = field(default_factory=dict)
    durations: Mapping[str, float] = field(default_factory=dict)
