"""The windows of a data set as a torch data set that gives whole batches."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset as TorchDataset

from weldfusion.data.batch import Batch, Truth, Where
from weldfusion.data.card import TargetSpec
from weldfusion.data.filling import fill
from weldfusion.data.flow import Flow
from weldfusion.data.folder import Dataset
from weldfusion.data.layout import lay_out
from weldfusion.data.manifest import Weld
from weldfusion.data.pieces import Pieces
from weldfusion.data.settings import DataSettings
from weldfusion.data.store import Store
from weldfusion.data.truth_table import TruthTable
from weldfusion.data.truths import Truths
from weldfusion.data.windows import Window
from weldfusion.errors import ConfigError, did_you_mean


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
        self._truths = TruthTable(dataset.welds, self._layout.targets, self._layout.cuts)
        self._ids = np.array([weld.id for weld in dataset.welds])
        self._groups = np.array(
            [weld.groups.get(dataset.card.group or "", weld.id) for weld in dataset.welds]
        )
        self._speeds = np.array([weld.speed_mm_s or np.nan for weld in dataset.welds])
        self._choose(np.arange(len(self._layout.cuts)) if welds is None else self._rows_of(welds))

    def _choose(self, rows: np.ndarray) -> None:
        self._rows = rows
        self._numbers = np.unique(self._layout.cuts.weld[rows])
        self._pieces = Pieces(self.dataset, self._layout, self._store, self._numbers)

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
        return [str(self._ids[number]) for number in self._numbers]

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
        other._choose(self._rows_of(welds))
        return other

    def truth(self, name: str) -> Truths:
        """Truth of every window and whether it is known, as in `Truth`; opens no sensor recording.

        Raises ConfigError at an unknown name, ReadError where a file of truths is wrong.
        """
        return self._truths.of(name, self._rows)

    def prepare(self, progress: bool = True) -> None:
        """Fill the cache for these welds with `data.workers` processes, so that nothing is prepared later.

        Raises ReadError at the first recording that is not usable.
        """
        places = [
            (name, int(number))
            for name, source in self._layout.sources.items()
            if not source.recipe.modality.columns
            for number in self._numbers
            if int(number) in source.recordings
        ]
        fill(self._store, places, self.settings.workers, progress)

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
            values, there, mask = self._pieces.of(name, rows)
            inputs[name] = torch.from_numpy(values)
            present[name] = torch.from_numpy(there)
            if source.masked:
                valid[name] = torch.from_numpy(mask)
        targets = {}
        for name in self._layout.targets:
            value, known = self._truths.of(name, rows)
            targets[name] = Truth(torch.from_numpy(value), torch.from_numpy(known))
        return Batch(inputs, present, valid, targets, self._where(rows))

    def __getstate__(self) -> dict[str, Any]:
        """Truths travel to workers; open recordings do not (see Store)."""
        self._truths.find_all()
        return self.__dict__.copy()

    def _where(self, rows: np.ndarray) -> Where:
        cuts = self._layout.cuts
        welds = cuts.weld[rows]
        return Where(
            rows, self._ids[welds], self._groups[welds], cuts.index[rows], cuts.t0_s[rows],
            cuts.t1_s[rows], cuts.x_mm[rows], self._speeds[welds],
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
