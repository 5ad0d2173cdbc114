"""The Python verbs: fit a config into a run, open a run, predict and evaluate with it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from weldfusion.config.load import load_resolved, load_settings
from weldfusion.data.card import Card, read_card
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.manifest import Weld
from weldfusion.data.splits import Fold, read_split
from weldfusion.errors import ConfigError, RunError, did_you_mean
from weldfusion.training.fit import fit_run
from weldfusion.training.folder import RunFolder
from weldfusion.training.outlook import PARTS
from weldfusion.training.predictor import Predictor
from weldfusion.training.settings import FitSettings

Frames = tuple[pd.DataFrame, pd.DataFrame]
RUNS = Path("runs")


def fit(
    config: str | Path | Sequence[str | Path] = (),
    overrides: Mapping[str, Any] | Sequence[str] = (),
    folder: str | Path | None = None,
    trust: Sequence[str] = (),
    say: Callable[[str], None] = print,
) -> "Run":
    """Trains a config (one file or several, joined in order); the same as `weldfusion fit`.

    Args:
        config: YAML files.
        overrides: `{"model.exchange": None}` or `["--model.exchange", "null"]`.
        folder: the run's folder; `runs/<name>` by default. A run that is there and was made from the
            same config goes on where it stopped.
        trust: modules outside weldfusion that the config may name.
        say: prints a line.

    Raises WeldfusionError, one line that says what is wrong where.
    """
    files = [config] if isinstance(config, str | Path) else list(config)
    settings, resolved = load_settings(files, overrides, trust)
    if not settings.data.root:
        raise ConfigError("data.root: no data folder; give the folder that has dataset.yaml")
    path = Path(folder) if folder is not None else RUNS / run_name(settings)
    fit_run(settings, resolved, path, say=say)
    return Run(path, trust)


def run_name(settings: FitSettings) -> str:
    """Name of a run: the config's or the data folder's."""
    return settings.name or Path(settings.data.root).resolve().name


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
        return {fold.name: fold for fold in read_split(self.folder.split)}

    @property
    def folds(self) -> list[tuple[str, int]]:
        """Fold and seed of each network."""
        return self.folder.folds()

    @property
    def finished(self) -> bool:
        return self.folder.info()["status"] == "finished"

    def predictor(self, fold: str, seed: int) -> Predictor:
        """One trained network. Raises RunError if it is not there or not finished."""
        if (fold, seed) not in self.folds:
            names = [f"{name} seed {number}" for name, number in self.folds]
            raise RunError(f"{self.folder.path}: no {fold} seed {seed}; {did_you_mean(fold, names)}")
        targets = {name: self.card.targets[name] for name in self.settings.data.targets or self.card.targets}
        return Predictor.load(self.folder.fold(fold, seed), self.settings.model, targets, fold, seed)

    def predict(self, data: str | Path | Dataset) -> Frames:
        """Predictions of every network for all welds of a data set: per window, per weld."""
        dataset = read_dataset(data) if isinstance(data, str | Path) else data
        return self._predictions(dataset, lambda fold: dataset.welds)

    def predictions(self, part: str = "test", data: str | Path | Dataset | None = None) -> Frames:
        """Predictions of every network for its own part of the run's data: per window, per weld.

        With the test part of a k-fold these are the out-of-fold predictions of all welds. With `data`
        another data set is predicted as a whole and `part` is not used.
        """
        if data is not None:
            return self.predict(data)
        if part not in PARTS:
            raise RunError(f"part {part!r}: no such part; {did_you_mean(part, PARTS)}")
        dataset = open_dataset(self.settings.data)
        split = self.split

        def welds(fold: str) -> list[Weld]:
            wanted = set(split[fold].welds(part))  # type: ignore[arg-type]
            return [weld for weld in dataset.welds if weld.id in wanted]

        return self._predictions(dataset, welds)

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
                windows = predictor.predict(
                    WeldWindows(dataset, data, chosen, predictor.model.flows), workers=data.workers
                )
                yield windows, predictor.predict_welds(windows)
