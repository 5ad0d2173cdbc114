"""Fitting a config into a run."""

import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from weldfusion.config.load import load_settings
from weldfusion.data.card import read_card
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold
from weldfusion.data.folder import card_file
from weldfusion.data.masks import without_masks
from weldfusion.errors import ConfigError, WeldfusionWarning
from weldfusion.run.trained import Run
from weldfusion.systems.named import more_than_published
from weldfusion.training.devices import process_count, processes_here
from weldfusion.training.fit import fit_run, train_here
from weldfusion.training.folder import RunFolder
from weldfusion.training.launch import train_in_processes
from weldfusion.training.processes import launched
from weldfusion.training.settings import FitSettings
from weldfusion.training.trainer import check_trainer

RUNS = Path("runs")


def fit(
    config: str | Path | Sequence[str | Path] = (),
    overrides: Mapping[str, Any] | Sequence[str] = (),
    folder: str | Path | None = None,
    trust: Sequence[str] = (),
    say: Callable[[str], None] = print,
) -> Run:
    """Trains a config (one file or several, joined in order); the same as `weldfusion fit`.

    Args:
        config: YAML files.
        overrides: `{"model.exchange": None}` or `["--model.exchange", "null"]`.
        folder: the run's folder; `runs/<name>` by default. A run that is there and was made from the
            same config goes on where it stopped; with more `seeds` the networks that it lacks are trained.
        trust: modules outside weldfusion that the config may name.
        say: prints a line.

    Raises WeldfusionError, one line that says what is wrong where.
    """
    files = [config] if isinstance(config, str | Path) else list(config)
    settings, resolved = load_settings(files, overrides, trust)
    if not settings.data.root:
        raise ConfigError("data.root: no data folder; give the folder that has dataset.yaml")
    if settings.data.targets is None:
        _tell_of_targets(settings)
    path = Path(folder) if folder is not None else RUNS / run_name(settings)
    asked = check_trainer(settings.trainer)
    alone = launched() or process_count(asked) <= 1
    whole = RunFolder(path).is_whole(settings.seeds)
    fit_run(settings, resolved, path, say=say, train=train_here if alone else partial(train_in_ranks, trust))
    if not whole:
        for made, verb in (("evaluation", "evaluate"), ("explanation", "explain")):
            if (path / made).is_dir():
                say(f"{path / made} is of fewer networks: {verb} again")
    return Run(path, trust)


def _tell_of_targets(settings: FitSettings) -> None:
    card = without_masks(read_card(card_file(Path(settings.data.root))), None)
    if told := more_than_published(settings.model, card.targets):
        warnings.warn(told, WeldfusionWarning, stacklevel=3)


def train_in_ranks(
    trust: Sequence[str],
    settings: FitSettings,
    windows: WeldWindows,
    planned: Sequence[Fold],
    run: RunFolder,
    say: Callable[[str], None],
) -> None:
    """Prepares the recordings, then trains in processes of their own, one for each device."""
    training = {
        weld for fold in planned for weld, part in fold.parts.items() if part not in ("test", "unused")
    }
    windows.subset([weld for weld in windows.welds if weld in training]).prepare()
    asked = check_trainer(settings.trainer)
    command = [sys.executable, "-m", "weldfusion.run.rank", str(run.path), *trust]
    train_in_processes(command, processes_here(asked), int(asked.get("num_nodes", 1)), say)


def run_name(settings: FitSettings) -> str:
    """Name of a run: the config's or the data folder's."""
    return settings.name or Path(settings.data.root).resolve().name
