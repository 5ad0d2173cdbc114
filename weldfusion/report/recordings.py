"""What the sensors recorded of one weld, read from its files to be drawn."""

from collections.abc import Iterable

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.data.folder import Dataset
from weldfusion.data.inputs import kind_of
from weldfusion.data.manifest import Weld
from weldfusion.data.recording import read_photo, read_signal
from weldfusion.errors import ReadError
from weldfusion.report.signals import MOST_IMAGES, SignalView


def views(dataset: Dataset, weld_id: str, names: Iterable[str]) -> dict[str, SignalView]:
    """Views of the named modalities that the weld has; one that cannot be read or drawn is left out."""
    weld = next((weld for weld in dataset.welds if weld.id == weld_id), None)
    found = {}
    for name in names:
        modality = dataset.card.modalities[name]
        if weld is None or not weld.has(name):
            continue
        try:
            found[name] = _view(modality, weld)
        except ReadError:
            continue
    return {name: view for name, view in found.items() if view is not None}


def _view(modality: Modality, weld: Weld) -> SignalView | None:
    kind, name = kind_of(modality), modality.name
    paths = weld.files.get(name, ())
    if kind == "waveform":
        reading = read_signal(modality, paths[0])
        rate = float(reading.rate or modality.rate or 1)
        start = weld.offset_s.get(name, modality.offset_s)
        channels = modality.channels or reading.channels
        return SignalView("waveform", reading.values, rate, modality.unit, channels, start)
    if kind == "image":
        photos = [read_photo(modality, path) for path in paths[:MOST_IMAGES]]
        alike = [photo for photo in photos if photo.shape == photos[0].shape]
        stack = np.stack(alike)
        return SignalView("image", stack[..., :3] if stack.shape[-1] >= 3 else stack[..., 0])
    if kind == "table" and name in weld.values:
        values = np.array(weld.values[name], dtype=float)
        return SignalView("table", values, unit=modality.unit, channels=modality.columns)
    return None
