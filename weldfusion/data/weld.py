"""One weld of a data set as a frozen record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Weld:
    """One weld of the manifest.

    `files` maps a modality to its files (absolute; empty or absent key: the weld lacks it), `values`
    a table modality to its inline numbers (NaN where empty), `targets` a target to its value: a
    class name, a tuple of class names (multilabel), a float, a path (interval and sample level, masks) or
    None where the truth is absent. `offset_s` and `clock_ppm` override the card for this weld. `split`
    is the part that the manifest's own `split` column gives, if there is one.
    """

    id: str
    row: int
    groups: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    values: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    targets: Mapping[str, str | tuple[str, ...] | float | Path | None] = field(default_factory=dict)
    active_from: float | None = None
    active_to: float | None = None
    exclude: str | None = None
    speed_mm_s: float | None = None
    offset_s: Mapping[str, float] = field(default_factory=dict)
    clock_ppm: Mapping[str, float] = field(default_factory=dict)
    split: str | None = None

    def has(self, modality: str) -> bool:
        """Whether the weld was recorded with this modality."""
        return bool(self.files.get(modality)) or modality in self.values
