"""What a data set would look like by its card alone, before anything is recorded."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from weldfusion.data.card import Card, Modality
from weldfusion.data.flow import Flow
from weldfusion.data.folder import Dataset
from weldfusion.data.layout import lay_out
from weldfusion.data.reading import Probe
from weldfusion.data.settings import DataSettings
from weldfusion.data.target import TargetSpec
from weldfusion.data.weld import Weld

PHOTOS = 2


class NominalHeaders:
    """In place of `Headers`: what the header of each recording would say, whose path is its modality's name.

    Args:
        card: the card.
        weld_s: how long a weld lasts, in seconds.
    """

    def __init__(self, card: Card, weld_s: float) -> None:
        self.card = card
        self.weld_s = weld_s

    def probe(self, path: Path, options: Mapping[str, Any]) -> Probe:
        """Rate and shape of a recording."""
        return Probe(None, _shape(self.card.modalities[str(path)], self.weld_s))

    def save(self) -> None:
        """Nothing is kept."""


def nominal_flows(
    card: Card, settings: DataSettings, weld_s: float = 2.0
) -> tuple[dict[str, Flow], dict[str, TargetSpec]]:
    """Flows of the modalities and the targets of a config, by the card alone: as if each weld lasted `weld_s`
    seconds (but at least as long as a window), every sensor had recorded it, and a weld had as many photos as
    `max_items` says, else 2.

    Raises ConfigError where the settings do not fit the card.

    >>> from fractions import Fraction
    >>> sound = Modality("sound", "waveform", True, rate=Fraction(48000), column="sound")
    >>> card = Card("mine", 52, "steel", {"sound": sound}, {"depth": TargetSpec("depth", "real")})
    >>> nominal_flows(card, DataSettings(), weld_s=0.5)[0]["sound"].shape
    (1, 24000)
    """
    chosen = settings.inputs or {}
    files = {}
    for name, modality in card.modalities.items():
        asked = chosen.get(name)
        photos = (asked.max_items if asked else None) or PHOTOS
        if not modality.columns or modality.timed:
            files[name] = (Path(name),) * (photos if modality.kind == "image" else 1)
    values = {name: (0.0,) * len(m.columns) for name, m in card.modalities.items() if m.columns}
    dataset = Dataset(Path(), card, (Weld("nominal", 1, files=files, values=values),))
    windows = settings.windows
    window_s = 0.0 if windows.samples_of else windows.length_s or 0.0
    layout = lay_out(dataset, settings, headers=NominalHeaders(card, max(weld_s, window_s)))
    return {name: source.flow for name, source in layout.sources.items()}, dict(layout.targets)


def _shape(modality: Modality, weld_s: float) -> tuple[int, ...]:
    channels = len(modality.channels) or 1
    size = modality.size or (0, 0)
    if modality.kind == "image":
        return (*size, channels)
    time = max(1, round(weld_s * float(modality.rate or 0)))
    return (time, *size, channels) if modality.kind == "image_sequence" else (channels, time)
