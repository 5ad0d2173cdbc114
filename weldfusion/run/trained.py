"""A trained run: its networks, its predictions, its evaluation."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from weldfusion.config.load import load_resolved
from weldfusion.data.alignment import aligned
from weldfusion.data.card import Card, read_card
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import PARTS, Fold
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.manifest import Weld
from weldfusion.data.split_file import read_split
from weldfusion.errors import RunError, did_you_mean
from weldfusion.evaluation.join import join_windows
from weldfusion.explain.explanation import Explanation
from weldfusion.run.evaluation import ALL, evaluate_run
from weldfusion.run.explaining import explain_run
from weldfusion.run.laid_out import LaidOut
from weldfusion.training.devices import device_of
from weldfusion.training.folder import RunFolder
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
        device = device_of(self.settings.trainer)
        return Predictor.load(self.folder.fold(fold, seed), self.settings.model, targets, fold, seed, device)

    def dataset(self, data: str | Path | Dataset | None = None) -> Dataset:
        """The run's own data set, or another one, matched by name to the card of the run.

        Raises RunError where its own is not there, or one lacks what the run needs, see
        `data.alignment.aligned`.
        """
        if data is None:
            self._check_root(Path(self.settings.data.root))
            found = open_dataset(self.settings.data)
        else:
            found = read_dataset(data) if isinstance(data, str | Path) else data
        return aligned(found, self.card, self.settings.data)

    def _check_root(self, root: Path) -> None:
        if not root.is_dir():
            where = (
                "" if root.is_absolute() else " (relative to the folder where the run was fitted: go there)"
            )
            raise RunError(
                f"{self.folder.path}: its data folder {root} is not there{where}; --data names another one, "
                "of which every weld is predicted"
            )

    def predict(self, data: str | Path | Dataset) -> Frames:
        """Predictions of every network for all welds of a data set: per window, per weld."""
        dataset = self.dataset(data)
        return self._predictions(dataset, None)

    def predictions(self, part: str = "test", data: str | Path | Dataset | None = None) -> Frames:
        """Predictions of every network for its own part of the run's data: per window, per weld.

        With the test part of a k-fold these are the out-of-fold predictions of all welds; `all` is all
        welds of the fold, also those it was trained on. `group` is what the split kept together. With
        `data` another data set is predicted as a whole and `part` is not used.
        """
        if data is not None:
            return self.predict(data)
        windows, joined = self._predictions(self.dataset(), part)
        return self.in_groups(windows), self.in_groups(joined)

    def networks(self, laid_out: LaidOut, part: str | None) -> Iterator[tuple[Predictor, WeldWindows]]:
        """Each trained network with the windows of a part of the run's data, or of all welds of another
        data set (`part` None). Raises RunError where no network has a weld."""
        dataset = laid_out.dataset
        if part not in (*PARTS, ALL, None):
            raise RunError(f"part {part!r}: no such part; {did_you_mean(str(part), (*PARTS, ALL))}")
        found = [(fold, seed, self._of_part(dataset, fold, part)) for fold, seed in self.folds]
        if not any(welds for *_, welds in found):
            raise RunError(f"{self.folder.path}: no weld of {dataset.root} is in the part asked for")
        for fold, seed, welds in (entry for entry in found if entry[2]):
            predictor = self.predictor(fold, seed)
            windows = laid_out.of(welds, predictor.model.flows)
            self._check_channels(windows, predictor)
            yield predictor, windows

    def welds(self, fold: str, part: str) -> set[str]:
        """Ids of the welds of a part of a fold; `all` is every one of the fold."""
        parts = PARTS if part == ALL else (part,)
        return {weld for weld, its in self.split[fold].parts.items() if its in parts}

    def _of_part(self, dataset: Dataset, fold: str, part: str | None) -> Sequence[Weld]:
        if part is None:
            return dataset.welds
        its = self.welds(fold, part)
        return [weld for weld in dataset.welds if weld.id in its]

    def evaluate(self, part: str = "test", data: str | Path | Dataset | None = None) -> dict[str, Any]:
        """Figures of the run with intervals, beside simple baselines; written with predictions and report.

        They go to `evaluation/<data>-<part>/` in the run folder: `metrics.json`, `predictions.parquet`,
        `predictions_weld.parquet`, `report.html`. The baselines are fitted on each fold's training welds
        and compared on its test part; another data set or part is told without them. The parts that
        training saw, and `all` parts together, are marked as such. Gives the metrics.
        """
        return evaluate_run(self, part, data)

    def explain(
        self,
        part: str = "test",
        data: str | Path | Dataset | None = None,
        welds: Sequence[str] = (),
        label: str | None = None,
    ) -> Explanation:
        """Which sensors, moments and places the predictions of a part (or of other data) come from.

        Written to `explanation/<data>-<part>/` in the run folder, with `explanation.html`. Shares are of all
        welds of the part, maps and pages of `welds`; by default of a few typical and wrong ones. `label`
        asks for the maps of one class (or of a target that is a number) instead of what the model says.

        Raises RunError, one line, at an unknown weld, class or part, more than 12 sensors, or an
        unfinished run.
        """
        return explain_run(self, part, data, welds, label)

    def evaluation_folder(self, part: str = "test", data: str | Path | Dataset | None = None) -> Path:
        """Where `evaluate` writes."""
        return self.folder.path / "evaluation" / self._name_of(part, data)

    def explanation_folder(self, part: str = "test", data: str | Path | Dataset | None = None) -> Path:
        """Where `explain` writes."""
        return self.folder.path / "explanation" / self._name_of(part, data)

    def _name_of(self, part: str, data: str | Path | Dataset | None) -> str:
        if data is None:
            name = Path(self.settings.data.root).resolve().name
            return f"{name}-{'all-parts' if part == ALL else part}"
        root = data.root if isinstance(data, Dataset) else Path(data)
        return f"{root.resolve().name}-all"

    def histories(self) -> dict[str, pd.DataFrame]:
        """Figures of each epoch, by training; by its stages where it has several."""
        found = {}
        for fold, seed in self.folds:
            name, table = f"{fold} seed {seed}", history(self.folder.fold(fold, seed) / "metrics.csv")
            if "stage" not in table:
                found[name] = table
                continue
            for number, rows in table.groupby("stage"):
                found[f"{name} stage {number:.0f}"] = rows.drop(columns="stage")
        return found

    def in_groups(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the groups of the split, which intervals resample as a whole."""
        kept = {name: fold.groups or {} for name, fold in self.split.items()}
        pairs = zip(frame["fold"], frame["weld"], strict=True)
        return frame.assign(group=[kept[fold].get(weld, weld) for fold, weld in pairs])

    def _predictions(self, dataset: Dataset, part: str | None) -> Frames:
        workers, laid_out = self.settings.data.workers, LaidOut(dataset, self.settings.data)
        windows = [own.predict(its, workers=workers) for own, its in self.networks(laid_out, part)]
        joined = [join_windows(frame) for frame in windows]
        return pd.concat(windows, ignore_index=True), pd.concat(joined, ignore_index=True)

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
