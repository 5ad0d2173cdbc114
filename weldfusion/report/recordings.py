"""What the sensors recorded of one weld, read from its files to be drawn."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.data.folder import Dataset
from weldfusion.data.inputs import frames_in, kind_of
from weldfusion.data.manifest import Weld
from weldfusion.data.readers.find import probe
from weldfusion.data.recording import frames_of, read_photo, read_signal
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
    start = weld.offset_s.get(name, modality.offset_s)
    if kind == "waveform":
        reading = read_signal(modality, paths[0])
        rate = float(reading.rate or modality.rate or 1)
        channels = modality.channels or reading.channels
        axis = modality.wavelengths_nm
        drawn: Literal["spectrum", "waveform"] = "spectrum" if axis else "waveform"
        return SignalView(drawn, reading.values, rate, modality.unit, channels, start, axis)
    if kind == "image_sequence":
        return _film(modality, paths, start)
    if kind == "image":
        photos = [read_photo(modality, path) for path in paths[:MOST_IMAGES]]
        alike = [photo for photo in photos if photo.shape == photos[0].shape]
        return SignalView("image", _shown(np.stack(alike)))
    if kind == "table" and name in weld.values:
        values = np.array(weld.values[name], dtype=float)
        return SignalView("table", values, unit=modality.unit, channels=modality.columns)
    return None


def _film(modality: Modality, paths: Sequence[Path], start_s: float) -> SignalView:
    """Some frames spread evenly over the sequence, each with its time."""
    probes = [probe(path, modality.reader) for path in paths]
    rate = float(probes[0].rate or modality.rate or 1)
    count = sum(frames_in(of_file.shape) for of_file in probes)
    wanted = np.unique(((np.arange(MOST_IMAGES) + 0.5) / MOST_IMAGES * count).astype(int))
    picked: list[np.ndarray] = []
    seen = 0
    for _, frames in frames_of(modality, paths):
        inside = wanted[(wanted >= seen) & (wanted < seen + len(frames))] - seen
        picked += list(frames[inside])
        seen += len(frames)
        if len(picked) == len(wanted):
            break
    times = [start_s + float(place) / rate for place in wanted]
    return SignalView("image", _shown(np.stack(picked)), rate, modality.unit, start_s=start_s, times=times)


def _shown(stack: np.ndarray) -> np.ndarray:
    """(S, H, W) or (S, H, W, 3)."""
    return stack[..., :3] if stack.shape[-1] >= 3 else stack[..., 0]
