"""The Python verbs: fit a config into a run, open a run, predict and evaluate with it."""

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from weldfusion.config.load import load_resolved, load_settings
from weldfusion.data.card import Card, read_card
from weldfusion.data.check import check
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.manifest import Weld
from weldfusion.data.splits import Fold, read_split
from weldfusion.data.summary import summarise
from weldfusion.errors import ConfigError, RunError, did_you_mean
from weldfusion.evaluation.baselines import fit_baselines
from weldfusion.evaluation.evaluate import evaluate
from weldfusion.evaluation.join import join_windows
from weldfusion.report.evaluation import Background, evaluation_report
from weldfusion.report.page import write_page
from weldfusion.report.recordings import views
from weldfusion.training.atomic import write_bytes, write_text
from weldfusion.training.fit import fit_run
from weldfusion.training.folder import RunFolder
from weldfusion.training.outlook import PARTS
from weldfusion.training.plain import plain_windows
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
        dataset = _dataset(data)
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

    def evaluate(self, part: str = "test", data: str | Path | Dataset | None = None) -> dict[str, Any]:
        """Figures of the run with intervals, beside simple baselines; written with predictions and report.

        They go to `evaluation/<data>-<part>/` in the run folder: `metrics.json`, `predictions.parquet`,
        `predictions_weld.parquet`, `report.html`. The baselines are fitted on each fold's training welds
        and compared on its test part; another data set or part is told without them. Gives the metrics.
        """
        dataset = _dataset(data) if data is not None else open_dataset(self.settings.data)
        windows, welds = self.predictions(part, None if data is None else dataset)
        baselines = {}
        if data is None and part == "test":
            features, truths = plain_windows(WeldWindows(dataset, self.settings.data))
            baselines = fit_baselines(features, truths, list(self.split.values()), self.settings.seed)
        metrics = evaluate(windows, welds, baselines, self.settings.seed)
        folder = self.evaluation_folder(part, data)
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / "metrics.json", json.dumps(metrics, indent=1, allow_nan=False) + "\n")
        write_frame(folder / "predictions.parquet", windows)
        write_frame(folder / "predictions_weld.parquet", welds)
        self._report(dataset, metrics, (windows, welds), folder, own=data is None)
        return metrics

    def evaluation_folder(self, part: str = "test", data: str | Path | Dataset | None = None) -> Path:
        """Where `evaluate` writes."""
        if data is None:
            return self.folder.path / "evaluation" / f"{Path(self.settings.data.root).resolve().name}-{part}"
        root = data.root if isinstance(data, Dataset) else Path(data)
        return self.folder.path / "evaluation" / f"{root.resolve().name}-all"

    def _report(
        self, dataset: Dataset, metrics: Mapping[str, Any], frames: Frames, folder: Path, own: bool
    ) -> None:
        info = self.folder.info()
        background = Background(
            split=pd.read_csv(self.folder.split) if own else None,
            card_summary=summarise(dataset),
            findings=check(dataset.root),
            histories=self.histories(),
            units={name: target.unit for name, target in dataset.card.targets.items()},
            about={
                "run": self.folder.path.name,
                "data": str(dataset.root),
                "command": " ".join(info["command"]),
                "started": info["started"],
                "weldfusion": info["weldfusion"],
            },
        )
        names = list(self.settings.data.inputs or dataset.card.modalities)
        page = evaluation_report(metrics, *frames, background, lambda weld: views(dataset, weld, names))
        write_page(folder / "report.html", f"{self.folder.path.name}: evaluation", page)

    def histories(self) -> dict[str, pd.DataFrame]:
        """Figures of each epoch, by training."""
        tables = {f"{fold} seed {seed}": self.folder.fold(fold, seed) for fold, seed in self.folds}
        return {name: pd.read_csv(path / "metrics.csv") for name, path in tables.items()}

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
                yield windows, join_windows(windows)


def _dataset(data: str | Path | Dataset) -> Dataset:
    return read_dataset(data) if isinstance(data, str | Path) else data


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """A table as Parquet, whole or not at all."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    write_bytes(path, buffer.getvalue())
