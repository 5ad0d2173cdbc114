"""The windows of a data set as a torch data set that gives whole batches."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset as TorchDataset
from tqdm import tqdm

from weldfusion.data.batch import Batch, Truth, Where
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.data.folder import Dataset
from weldfusion.data.inputs import kind_of
from weldfusion.data.layout import Source, lay_out
from weldfusion.data.manifest import Weld
from weldfusion.data.settings import DataSettings
from weldfusion.data.store import Store
from weldfusion.data.truths import Truths, empty_truth, truth_of_weld
from weldfusion.data.windows import Window
from weldfusion.errors import ConfigError, ReadError, did_you_mean

WRITERS = 8


class WeldWindows(TorchDataset[Batch]):
    """The windows of some welds; recordings are prepared when first needed, and cached on disk.

    Made without decoding a recording. A loader is
    `DataLoader(windows, batch_sampler=…, collate_fn=collate)`; it may have workers.

    Args:
        dataset: all welds; numbers, lengths and sizes follow from all of them, so that subsets agree.
        settings: the `data:` section.
        welds: ids (or records) of those to give, in the data set's order; all by default.
        flows: of a trained model, to which sizes, rates and lengths are brought.

    Raises:
        ConfigError: the settings do not fit the card.
        ReadError: a header cannot be read or is not what the card says.
    """

    def __init__(
        self,
        dataset: Dataset,
        settings: DataSettings,
        welds: Sequence[str | Weld] | None = None,
        flows: Mapping[str, Flow] | None = None,
    ) -> None:
        self.dataset = dataset
        self.settings = settings
        self._layout = lay_out(dataset, settings, flows)
        self._store = Store(self._layout.cache, dataset.root, self._layout.sources)
        self._truths: dict[str, Truths] = {}
        self._depths: dict[str, np.dtype[Any]] = {}
        self._ids = np.array([weld.id for weld in dataset.welds])
        self._groups = np.array(
            [weld.groups.get(dataset.card.group or "", weld.id) for weld in dataset.welds]
        )
        self._rows = np.arange(len(self._layout.cuts))
        if welds is not None:
            self._rows = self._rows_of(welds)

    @property
    def flows(self) -> dict[str, Flow]:
        """What each modality gives."""
        return {name: source.flow for name, source in self._layout.sources.items()}

    @property
    def targets(self) -> dict[str, TargetSpec]:
        """What is to be predicted."""
        return dict(self._layout.targets)

    @property
    def welds(self) -> list[str]:
        """Ids of the welds that have a window here, in the data set's order."""
        return [str(self._ids[number]) for number in np.unique(self._layout.cuts.weld[self._rows])]

    @property
    def windows(self) -> list[Window]:
        """All windows, in the order of their indices."""
        return [self._layout.cuts.window(int(row), self.dataset.welds) for row in self._rows]

    @property
    def samples(self) -> np.ndarray:
        """Number of each window in the whole data set (`Where.sample`)."""
        return self._rows.copy()

    def describe(self) -> list[str]:
        """Lines for the log: windows, rates and sizes as resolved."""
        return list(self._layout.lines)

    def subset(self, welds: Sequence[str | Weld]) -> "WeldWindows":
        """The windows of some welds, sharing all that is prepared. Raises ConfigError at an unknown id."""
        other = copy.copy(self)
        other._rows = self._rows_of(welds)
        other._depths = {}
        return other

    def truth(self, name: str) -> Truths:
        """Truth of every window and whether it is known, as in `Truth`; opens no sensor recording.

        Raises ConfigError at an unknown name, ReadError where a file of truths is wrong.
        """
        if name not in self._layout.targets:
            raise ConfigError(f"data.targets: no target {name!r}; {did_you_mean(name, self._layout.targets)}")
        values, known = self._all_truths(name)
        return values[self._rows], known[self._rows]

    def prepare(self, progress: bool = True) -> None:
        """Fill the cache for these welds, so that nothing is prepared later.

        Raises ReadError at the first recording that is not usable.
        """
        numbers = np.unique(self._layout.cuts.weld[self._rows])
        todo = [
            (name, int(number))
            for name, source in self._layout.sources.items()
            if not source.recipe.modality.columns
            for number in numbers
            if int(number) in source.recordings
        ]
        bar = tqdm(
            total=len(todo),
            desc="preparing recordings",
            delay=2,
            leave=False,
            disable=None if progress else True,
        )
        # Threads, because most of the time goes into waiting for the disk to have written.
        with bar, ThreadPoolExecutor(WRITERS) as pool:
            try:
                for _ in pool.map(lambda place: self._store.fetch(*place) is None, todo):
                    bar.update()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Batch:
        return self.__getitems__([index])

    def __iter__(self) -> Iterator[Batch]:
        return (self[index] for index in range(len(self)))

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        """The batch of some windows. Raises ReadError where a recording is not usable."""
        rows = self._rows[np.asarray(indices, np.int64)]
        inputs, present, valid = {}, {}, {}
        for name, source in self._layout.sources.items():
            values, there, mask = self._modality(name, source, rows)
            inputs[name] = torch.from_numpy(values)
            present[name] = torch.from_numpy(there)
            if source.masked:
                valid[name] = torch.from_numpy(mask)
        targets = {}
        for name in self._layout.targets:
            truth, known = self._all_truths(name)
            targets[name] = Truth(torch.from_numpy(truth[rows]), torch.from_numpy(known[rows]))
        return Batch(inputs, present, valid, targets, self._where(rows))

    def __getstate__(self) -> dict[str, Any]:
        """Truths travel to workers; open recordings do not (see Store)."""
        for name in self._layout.targets:
            self._all_truths(name)
        return self.__dict__.copy()

    def _modality(
        self, name: str, source: Source, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        welds = self._layout.cuts.weld[rows].tolist()
        there = np.array([weld in source.recordings for weld in welds], bool)
        kind = kind_of(source.recipe.modality)
        if kind == "waveform":
            values, mask = self._waveforms(name, source, rows, welds)
        elif kind == "table":
            values, mask = self._tables(name, source, welds)
        else:
            values, mask = self._images(name, source, rows, welds)
        return values, there, mask

    def _waveforms(
        self, name: str, source: Source, rows: np.ndarray, welds: list[int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Values (B, channels, time) and mask (B, time)."""
        flow = source.flow
        values = np.zeros((len(rows), *flow.shape), np.float32)
        lengths = np.zeros(len(rows), np.int64)
        starts, wanted = source.starts[rows].tolist(), source.lengths[rows].tolist()
        for at, weld in enumerate(welds):
            if weld not in source.recordings:
                continue
            array = self._store.get(name, weld)
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
        if source.recipe.modality.missing == "nan":
            gone = np.isnan(values).any(1)
            mask &= ~gone
            values.transpose(0, 2, 1)[gone] = 0
        return values, mask

    def _tables(self, name: str, source: Source, welds: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Values (B, columns) and mask (B, columns)."""
        values = np.full((len(welds), source.flow.channels), np.nan, np.float32)
        inline = bool(source.recipe.modality.columns)
        for at, weld in enumerate(welds):
            if weld in source.recordings:
                values[at] = self.dataset.welds[weld].values[name] if inline else self._store.get(name, weld)
        mask = np.isfinite(values)
        values[~mask] = 0
        return values, mask

    def _images(
        self, name: str, source: Source, rows: np.ndarray, welds: list[int]
    ) -> tuple[np.ndarray, np.ndarray]:
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
                array = self._store.get(name, weld)
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
            numbers = np.unique(self._layout.cuts.weld[self._rows]).tolist()
            first = next((number for number in numbers if number in source.recordings), None)
            self._depths[name] = np.dtype(np.uint8) if first is None else self._store.get(name, first).dtype
        return self._depths[name]

    def _changed(self, name: str, weld: int, found: str) -> ReadError:
        record = self.dataset.welds[weld]
        return ReadError(f"{record.files[name][0]}: {name} of weld {record.id} has {found}")

    def _all_truths(self, name: str) -> Truths:
        """Truths of all windows of the whole data set, found once."""
        if name not in self._truths:
            target, cuts = self._layout.targets[name], self._layout.cuts
            values, known = empty_truth(target, len(cuts))
            bar = tqdm(self.dataset.welds, f"reading truths of {name}", delay=2, leave=False, disable=None)
            for number, weld in enumerate(bar):
                rows = cuts.rows(number)
                edges = np.stack([cuts.t0_s[rows], cuts.t1_s[rows]], axis=1)
                values[rows], known[rows] = truth_of_weld(target, weld, edges)
            self._truths[name] = (values, known)
        return self._truths[name]

    def _where(self, rows: np.ndarray) -> Where:
        cuts = self._layout.cuts
        welds = cuts.weld[rows]
        return Where(
            rows, self._ids[welds], self._groups[welds], cuts.index[rows], cuts.t0_s[rows],
            cuts.t1_s[rows], cuts.x_mm[rows],
        )  # fmt: skip

    def _rows_of(self, welds: Sequence[str | Weld]) -> np.ndarray:
        wanted = [weld.id if isinstance(weld, Weld) else weld for weld in welds]
        known = {str(weld): number for number, weld in enumerate(self._ids)}
        for weld in wanted:
            if weld not in known:
                raise ConfigError(f"no weld {weld!r} in the data set; {did_you_mean(weld, known)}")
        return np.flatnonzero(np.isin(self._layout.cuts.weld, [known[weld] for weld in wanted]))


def collate(batch: Batch) -> Batch:
    """`collate_fn` of a loader: `__getitems__` has put the batch together already."""
    return batch
