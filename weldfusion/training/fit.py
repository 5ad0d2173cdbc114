"""All folds and seeds of a config, trained into one run folder; called again, it goes on."""

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from weldfusion.data.alignment import aligned
from weldfusion.data.card import read_card, write_card
from weldfusion.data.check import as_json
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold
from weldfusion.data.files import write_text
from weldfusion.data.finding import Finding
from weldfusion.data.folder import Dataset, fingerprint
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.split_file import write_split
from weldfusion.errors import WeldfusionWarning
from weldfusion.layers.pretrained import without_pretrained
from weldfusion.training.allocator import keep_memory
from weldfusion.training.data_check import check_data, check_lines
from weldfusion.training.devices import process_count
from weldfusion.training.environment import environment, moved
from weldfusion.training.fit_fold import Say, fit_fold
from weldfusion.training.folder import RunFolder, forget_without_states, open_run
from weldfusion.training.folds import learns_after, nothing_apart, plan
from weldfusion.training.heard import heard
from weldfusion.training.pretrain.stage import warn_of_few
from weldfusion.training.processes import (
    check_launch,
    is_first,
    leave_warnings_to_first,
    one_process_after,
    wait_for,
)
from weldfusion.training.rehearsal import rehearse
from weldfusion.training.settings import FitSettings
from weldfusion.training.several import plans
from weldfusion.training.speed import asked_speed
from weldfusion.training.steps import warn_of_large_batches
from weldfusion.training.trainer import check_trainer
from weldfusion.training.window_length import warn_of_short_windows

Train = Callable[[FitSettings, WeldWindows, Sequence[Fold], RunFolder, Say], None]


def train_here(
    settings: FitSettings, windows: WeldWindows, planned: Sequence[Fold], run: RunFolder, say: Say
) -> None:
    """Trains every fold with every seed in this process, as one of several where it was launched so."""
    learns = learns_after(settings, windows)
    with one_process_after():
        for fold in planned:
            for seed in range(settings.seed, settings.seed + settings.seeds):
                fit_fold(settings, windows, fold, seed, run, say, learns)


def fit_run(
    settings: FitSettings,
    resolved: Mapping[str, Any],
    folder: Path,
    dataset: Dataset | None = None,
    say: Say = print,
    train: Train = train_here,
) -> RunFolder:
    """Trains every fold with every seed into `folder`; what is already there is kept.

    Args:
        settings: the config.
        resolved: the same as plain values; kept in the run and compared when a run is continued.
        folder: the run's folder.
        dataset: the data set; read from `settings.data.root` by default.
        say: prints a line for the user.
        train: trains all folds and seeds when everything has been checked.

    Raises RunError, ConfigError, SplitError, ReadError (one line each).
    """
    asked = check_trainer(settings.trainer)
    if asked_speed(asked).keep_memory:
        keep_memory()
    check_launch(process_count(asked))
    dataset = dataset or open_dataset(settings.data)
    _take_place(RunFolder(folder), resolved)
    if RunFolder(folder).card.is_file():
        dataset = aligned(dataset, read_card(RunFolder(folder).card), settings.data)
    with heard() as warned, without_pretrained():
        planned = plan(settings, dataset, folder)
        windows = WeldWindows(dataset, settings.data)
        rehearse(settings, windows)
        if not settings.training.calibrate and not learns_after(settings, windows):
            planned = [nothing_apart(fold) for fold in planned]
        warn_of_short_windows(settings.data, dataset.card)
        warn_of_few(settings.training.pretrain, windows, planned)
        warn_of_large_batches(plans(settings.training, settings.trainer), windows, planned)
        warn_if_moved(RunFolder(folder), settings.seeds, dataset.root)
    findings = check_data(RunFolder(folder), dataset.root, settings.data)
    seeds = range(settings.seed, settings.seed + settings.seeds)
    run = open_run(folder, resolved, [(fold.name, seed) for fold in planned for seed in seeds])
    torch.set_num_threads(run.info()["threads"])
    if is_first():
        describe(run, dataset, planned, findings, warned)
        for line in check_lines(findings, dataset.root):
            say(line)
    train(settings, windows, planned, run, say)
    if is_first():
        run.note(status="finished")
    return run


def _take_place(run: RunFolder, resolved: Mapping[str, Any]) -> None:
    """The first of several processes frees the folder for the config; the others wait for what it writes."""
    if is_first():
        forget_without_states(run, resolved)
    else:
        leave_warnings_to_first()
        wait_for(run.info_file)


def warn_if_moved(run: RunFolder, seeds: int, data: Path) -> None:
    """Warns where a run that lacks networks of so many seeds goes on under other versions, elsewhere, or on
    welds of which the data folder now says something else."""
    if not run.info_file.is_file() or run.is_whole(seeds):
        return
    info, changes = run.info(), moved(run.info(), environment())
    if info.get("data") not in (None, fingerprint(data)):
        changes = [f"card or manifest of {data} changed", *changes]
    if changes:
        warnings.warn(
            f"{run.path.name} goes on otherwise than it began: {'; '.join(changes)}; its numbers may differ "
            "from those of an uninterrupted run",
            WeldfusionWarning,
            stacklevel=2,
        )


def describe(
    run: RunFolder,
    dataset: Dataset,
    folds: Sequence[Fold],
    findings: Sequence[Finding],
    warned: Sequence[str],
) -> None:
    """Writes what the run is about, once: split, card, findings of the data check, warnings."""
    if not run.split.is_file():
        write_split(folds, dataset.welds, dataset.card, run.split)
    if not run.card.is_file():
        write_card(dataset.card, run.card)
    if not run.check.is_file():
        write_text(run.check, json.dumps(as_json(findings), indent=1) + "\n")
    if "data" not in run.info():
        run.note(data=fingerprint(dataset.root))
    run.note(warnings=list(dict.fromkeys([*run.warnings(), *warned])))
