"""A trained run: its networks, its predictions, its evaluation."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from weldfusion.config.load import load_resolved
from weldfusion.data.alignment import aligned
from weldfusion.data.card import Card, read_card
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.manifest import Weld
from weldfusion.data.split_file import read_split
from weldfusion.errors import RunError, did_you_mean
from weldfusion.evaluation.join import join_windows
from weldfusion.run.evaluation import ALL, evaluate_run
from weldfusion.training.folder import RunFolder
from weldfusion.training.outlook import PARTS
from weldfusion.training.predictor import Predictor
from weldfusion.training.settings import FitSettings

Frames = tuple[pd.DataFrame, pd.DataFrame]


class Run:
    """A trained run.

    Args:
        path: its folder.
        trust: modules outside weldfusion that its config may name; nothing else is imported.

    Raises RunError if the folder holds no run.
    """

    def __init__(self, path: str | Path, trust: Sequence[str] = ()) -> None:
        self.folder = RunFolder(Path(path))
        self.trust = tuple(trust)
        self.folder.info()

    def __repr__(self) -> str:
        return f"Run({str(self.folder.path)!r})"

    @cached_property
    def settings(self) -> FitSettings:
        return load_resolved(self.folder.resolved(), self.trust, str(self.folder.config))

    @cached_property
    def card(self) -> Card:
        return read_card(self.folder.card)

    @cached_property
    def split(self) -> dict[str, Fold]:
        """Folds by name."""
        found = {fold.name: fold for fold in read_split(self.folder.split)}
        for name, _ in self.folds:
            if name not in found:
                raise RunError(
                    f"{self.folder.split}: has no rows of {name}, which run.json lists; restore the file, or "
                    "delete the run folder and fit again"
                )
        return found

    @property
    def folds(self) -> list[tuple[str, int]]:
        """Fold and seed of each network."""
        return self.folder.folds()

    def predictor(self, fold: str, seed: int) -> Predictor:
        """One trained network. Raises RunError if it is not there or not finished."""
        if (fold, seed) not in self.folds:
            names = [f"{name} seed {number}" for name, number in self.folds]
            raise RunError(f"{self.folder.path}: no {fold} seed {seed}; {did_you_mean(fold, names)}")
        targets = {name: self.card.targets[name] for name in self.settings.data.targets or self.card.targets}
        return Predictor.load(self.folder.fold(fold, seed), self.settings.model, targets, fold, seed)

    def dataset(self, data: str | Path | Dataset | None = None) -> Dataset:
        """The run's own data set, or another one, matched by name to the card of the run.

        Raises RunError where it lacks what the run needs, see `data.alignment.aligned`.
        """
        if data is None:
            found = open_dataset(self.settings.data)
        else:
            found = read_dataset(data) if isinstance(data, str | Path) else data
        return aligned(found, self.card, self.settings.data)

    def predict(self, data: str | Path | Dataset) -> Frames:
        """Predictions of every network for all welds of a data set: per window, per weld."""
        dataset = self.dataset(data)
        return self._predictions(dataset, lambda fold: dataset.welds)

    def predictions(self, part: str = "test", data: str | Path | Dataset | None = None) -> Frames:
        """Predictions of every network for its own part of the run's data: per window, per weld.

        With the test part of a k-fold these are the out-of-fold predictions of all welds; `all` is all
        welds of the fold, also those it was trained on. `group` is what the split kept together. With
        `data` another data set is predicted as a whole and `part` is not used.
        """
        if data is not None:
            return self.predict(data)
        if part not in (*PARTS, ALL):
            raise RunError(f"part {part!r}: no such part; {did_you_mean(part, (*PARTS, ALL))}")
        dataset = self.dataset()
        parts = PARTS if part == ALL else (part,)

        def welds(fold: str) -> list[Weld]:
            its = self.split[fold].parts
            return [weld for weld in dataset.welds if its.get(weld.id) in parts]

        windows, joined = self._predictions(dataset, welds)
        return self._in_groups(windows), self._in_groups(joined)

    def evaluate(self, part: str = "test", data: str | Path | Dataset | None = None) -> dict[str, Any]:
        """Figures of the run with intervals, beside simple baselines; written with predictions and report.

        They go to `evaluation/<data>-<part>/` in the run folder: `metrics.json`, `predictions.parquet`,
        `predictions_weld.parquet`, `report.html`. The baselines are fitted on each fold's training welds
        and compared on its test part; another data set or part is told without them. The parts that
        training saw, and `all` parts together, are marked as such. Gives the metrics.
        """
        return evaluate_run(self, part, data)

    def evaluation_folder(self, part: str = "test", data: str | Path | Dataset | None = None) -> Path:
        """Where `evaluate` writes."""
        if data is None:
            name = Path(self.settings.data.root).resolve().name
            return self.folder.path / "evaluation" / f"{name}-{'all-parts' if part == ALL else part}"
        root = data.root if isinstance(data, Dataset) else Path(data)
        return self.folder.path / "evaluation" / f"{root.resolve().name}-all"

    def histories(self) -> dict[str, pd.DataFrame]:
        """Figures of each epoch, by training."""
        tables = {f"{fold} seed {seed}": self.folder.fold(fold, seed) for fold, seed in self.folds}
        return {name: history(path / "metrics.csv") for name, path in tables.items()}

    def _in_groups(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the groups of the split, which intervals resample as a whole."""
        kept = {name: fold.groups or {} for name, fold in self.split.items()}
        pairs = zip(frame["fold"], frame["weld"], strict=True)
        return frame.assign(group=[kept[fold].get(weld, weld) for fold, weld in pairs])

    def _predictions(self, dataset: Dataset, welds: Callable[[str], Sequence[Weld]]) -> Frames:
        pairs = list(self._pairs(dataset, welds))
        if not pairs:
            raise RunError(f"{self.folder.path}: no weld of {dataset.root} is in the part asked for")
        windows, joined = zip(*pairs, strict=True)
        return pd.concat(windows, ignore_index=True), pd.concat(joined, ignore_index=True)

    def _pairs(self, dataset: Dataset, welds: Callable[[str], Sequence[Weld]]) -> Iterator[Frames]:
        data = self.settings.data
        for fold, seed in self.folds:
            if chosen := welds(fold):
                predictor = self.predictor(fold, seed)
                windows = WeldWindows(dataset, data, chosen, predictor.model.flows)
                self._check_channels(windows, predictor)
                frame = predictor.predict(windows, workers=data.workers)
                yield frame, join_windows(frame)

    def _check_channels(self, windows: WeldWindows, predictor: Predictor) -> None:
        """Where the card of the run names no channels, their number must be that of training."""
        for name, flow in predictor.model.flows.items():
            if (found := windows.flows[name].channels) != flow.channels:
                raise RunError(
                    f"{windows.dataset.root}: {name} has {found} channels, the run was trained with "
                    f"{flow.channels}; name its channels in the cards, or correct the recordings"
                )


def history(path: Path) -> pd.DataFrame:
    """Rows of a `metrics.csv`. Raises RunError if it is missing or damaged."""
    right = "restore it, or train this fold again"
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: cannot be read ({' '.join(str(error).split())}); {right}") from None
    if "epoch" not in table or table.empty:
        raise RunError(f"{path}: damaged, has no rows with a column epoch; {right}")
    return table
