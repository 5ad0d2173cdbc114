"""Pieces of the prepared recordings: what each modality gives in some windows, as arrays of a batch."""

from typing import Any

import numpy as np

from weldfusion.data.folder import Dataset
from weldfusion.data.inputs import kind_of
from weldfusion.data.layout import Layout
from weldfusion.data.source import Source
from weldfusion.data.store import Store
from weldfusion.errors import ReadError

Cut = tuple[np.ndarray, np.ndarray]
"""Values (B, …) and mask (B, L) of one modality."""


class Pieces:
    """Cuts windows out of prepared recordings.

    Pickled, it carries no array and no open file (see `Store`).

    Args:
        dataset: all welds.
        layout: where every window lies in every recording.
        store: the prepared recordings.
        welds: numbers of the welds that will be asked for.
    """

    def __init__(self, dataset: Dataset, layout: Layout, store: Store, welds: np.ndarray) -> None:
        self.dataset = dataset
        self.layout = layout
        self.store = store
        self.welds = welds
        self._depths: dict[str, np.dtype[Any]] = {}

    def of(self, name: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Values (B, …), presence (B,) and mask (B, L) of a modality in the windows `rows` (B,).

        Raises ReadError where a recording is not usable.
        """
        source = self.layout.sources[name]
        welds = self.layout.cuts.weld[rows].tolist()
        there = np.array([weld in source.recordings for weld in welds], bool)
        kind = kind_of(source.recipe.modality, source.recipe.settings)
        if kind == "waveform":
            values, mask = self._waveforms(name, source, rows, welds)
        elif kind == "table":
            values, mask = self._tables(name, source, welds)
        else:
            values, mask = self._images(name, source, rows, welds)
        return values, there, mask

    def _waveforms(self, name: str, source: Source, rows: np.ndarray, welds: list[int]) -> Cut:
        """Values (B, channels, time) and mask (B, time)."""
        flow = source.flow
        values = np.zeros((len(rows), *flow.shape), np.float32)
        lengths = np.zeros(len(rows), np.int64)
        starts, wanted = source.starts[rows].tolist(), source.lengths[rows].tolist()
        for at, weld in enumerate(welds):
            if weld not in source.recordings:
                continue
            array = self.store.get(name, weld)
            if len(array) != flow.channels:
                raise self._changed(name, weld, f"{len(array)} channels, expected {flow.channels}")
            # A window's edge may round to one sample beyond the recording's last.
            start = max(min(starts[at], array.shape[1] - wanted[at]), 0)
            piece = array[:, start : start + wanted[at]]
            lengths[at] = piece.shape[1]
            values[at, :, : piece.shape[1]] = piece
        if not source.masked:
            return values, np.zeros(0, bool)
        mask = np.arange(flow.length or 0) < lengths[:, None]
        if source.recipe.gaps:
            gone = np.isnan(values).any(1)
            mask &= ~gone
            values.transpose(0, 2, 1)[gone] = 0
        return values, mask

    def _tables(self, name: str, source: Source, welds: list[int]) -> Cut:
        """Values (B, columns) and mask (B, columns)."""
        values = np.full((len(welds), source.flow.channels), np.nan, np.float32)
        inline = bool(source.recipe.modality.columns)
        for at, weld in enumerate(welds):
            if weld in source.recordings:
                values[at] = self.dataset.welds[weld].values[name] if inline else self.store.get(name, weld)
        mask = np.isfinite(values)
        values[~mask] = 0
        return values, mask

    def _images(self, name: str, source: Source, rows: np.ndarray, welds: list[int]) -> Cut:
        """Values (B, count, channels, height, width) or without count, and mask (B, count)."""
        flow = source.flow
        depth = self._depth(name, source)
        values = np.empty((len(rows), flow.count or 1, *flow.single.shape), depth)
        mask = np.zeros(values.shape[:2], bool)
        given: dict[int, int] = {}  # weld → first place in the batch
        for at, weld in enumerate(welds):
            if weld in given and not source.starts.size:
                values[at], mask[at] = values[given[weld]], mask[given[weld]]
                continue
            picked = np.zeros((0, *flow.single.shape), depth)
            if weld in source.recordings:
                array = self.store.get(name, weld)
                if array.dtype != depth:
                    bits = "8 bits" if array.dtype == np.uint8 else "more than 8 bits"
                    raise self._changed(name, weld, f"{bits}, unlike the first weld's; store all alike")
                picked = array[source.starts[rows[at]]] if source.starts.size else array[: mask.shape[1]]
            values[at, : len(picked)], values[at, len(picked) :] = picked, 0
            mask[at, : len(picked)] = True
            given[weld] = at
        return (values if flow.count else values[:, 0]), mask

    def _depth(self, name: str, source: Source) -> np.dtype[Any]:
        """Type of the pixels: that of the first weld given here, so that no other weld is opened for it."""
        if name not in self._depths:
            first = next((weld for weld in self.welds.tolist() if weld in source.recordings), None)
            self._depths[name] = np.dtype(np.uint8) if first is None else self.store.get(name, first).dtype
        return self._depths[name]

    def _changed(self, name: str, weld: int, found: str) -> ReadError:
        record = self.dataset.welds[weld]
        return ReadError(f"{record.files[name][0]}: {name} of weld {record.id} has {found}")
