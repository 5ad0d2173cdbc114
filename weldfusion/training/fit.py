"""All folds and seeds of a config, trained into one run folder; called again, it goes on."""

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from weldfusion.data.alignment import aligned
from weldfusion.data.card import read_card, write_card
from weldfusion.data.check import as_json
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold, Part, groups_of_card
from weldfusion.data.files import write_text
from weldfusion.data.finding import Finding
from weldfusion.data.folder import Dataset, fingerprint
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.split_file import read_split, write_split
from weldfusion.data.strata import restricted
from weldfusion.errors import RunError, WeldfusionWarning
from weldfusion.layers.pretrained import without_pretrained
from weldfusion.systems.graph import FusionModel
from weldfusion.training.allocator import keep_memory
from weldfusion.training.data_check import check_data, check_lines
from weldfusion.training.devices import device_of, process_count
from weldfusion.training.environment import environment, moved
from weldfusion.training.folder import RunFolder, forget_without_states, open_run
from weldfusion.training.heard import heard
from weldfusion.training.keyed import INIT, seed_of
from weldfusion.training.network import NetworkStage
from weldfusion.training.out_of_fold import INNER_FOLDS, OutOfFoldTemperature
from weldfusion.training.outlook import outlook_lines, parts_lines, trial
from weldfusion.training.processes import (
    check_launch,
    is_first,
    leave_warnings_to_first,
    one_process_after,
    wait_for,
)
from weldfusion.training.rehearsal import rehearse
from weldfusion.training.settings import FitSettings
from weldfusion.training.stages import (
    NETWORK,
    Fitted,
    FoldData,
    Network,
    Stage,
    Statistics,
    Temperature,
    run_stages,
)
from weldfusion.training.trainer import check_trainer

Say = Callable[[str], None]
Train = Callable[[FitSettings, WeldWindows, Sequence[Fold], RunFolder, Say], None]


def train_here(
    settings: FitSettings, windows: WeldWindows, planned: Sequence[Fold], run: RunFolder, say: Say
) -> None:
    """Trains every fold with every seed in this process, as one of several where it was launched so."""
    with one_process_after():
        for fold in planned:
            for seed in range(settings.seed, settings.seed + settings.seeds):
                fit_fold(settings, windows, fold, seed, run, say)


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
    keep_memory()
    check_launch(process_count(check_trainer(settings.trainer)))
    dataset = dataset or open_dataset(settings.data)
    if is_first():
        forget_without_states(RunFolder(folder), resolved)
    else:
        leave_warnings_to_first()
        wait_for(RunFolder(folder).info_file)
    if RunFolder(folder).card.is_file():
        dataset = aligned(dataset, read_card(RunFolder(folder).card), settings.data)
    with heard() as warned, without_pretrained():
        planned = plan(settings, dataset, folder)
        windows = WeldWindows(dataset, settings.data)
        rehearse(settings, windows)
        warn_if_moved(RunFolder(folder))
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


def warn_if_moved(run: RunFolder) -> None:
    """Warns where an unfinished run goes on under other versions, or on another machine."""
    if not run.info_file.is_file() or run.info()["status"] == "finished":
        return
    if changes := moved(run.info(), environment()):
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


def plan(settings: FitSettings, dataset: Dataset, folder: Path) -> list[Fold]:
    """The folds of a run: those of its split.csv, or else those of the config's split, which spreads only
    targets that are trained (or that it names itself).

    Welds kept apart for calibration join the fit part where nothing is to be calibrated.
    """
    split = RunFolder(folder).split
    if split.is_file():
        return read_split(split)
    names = settings.data.targets
    if names is not None and (asked := getattr(settings.split, "target", None)):
        names = [*names, asked]
    folds = settings.split.folds(dataset.welds, restricted(dataset.card, names), settings.seed)
    if settings.training.calibrate:
        return folds
    return [
        replace(fold, parts={w: "fit" if part == "calibrate" else part for w, part in fold.parts.items()})
        for fold in folds
    ]


def fit_fold(
    settings: FitSettings, windows: WeldWindows, fold: Fold, seed: int, run: RunFolder, say: Say
) -> None:
    """The stages of one fold and seed; nothing is opened if all their states are there."""
    folder = run.fold(fold.name, seed)
    todo = stages(settings, fold, seed)
    if all((folder / stage.file).is_file() for stage in todo):
        return
    data = fold_data(settings, windows, fold)
    torch.manual_seed(seed_of(seed, INIT))
    model = FusionModel(data.fit.flows, data.fit.targets, settings.model)
    if not (folder / NETWORK).is_file():
        for part in (data.fit, data.select, data.calibrate):
            if part is not None:
                part.prepare()
        if is_first():
            say(f"{fold.name}, seed {seed}, in {folder}")
            for line in introduction(settings, fold, data, model, folder):
                say(line)
    run_stages(todo, Fitted(model), data, folder)


def stages(settings: FitSettings, fold: Fold, seed: int) -> list[Stage]:
    """Statistics, network and, if asked for, temperature: on a calibration part, or on out-of-fold
    predictions of the training welds where they are too few to keep a part apart."""
    training = settings.training

    def first(title: str) -> list[Stage]:
        network = NetworkStage(
            training,
            settings.trainer,
            settings.model.parts().modality_dropout,
            seed,
            settings.data.workers,
            title,
        )
        return [Statistics(training.batch_size, settings.data.workers), Network(network)]

    both = first(f"{fold.name} seed {seed}")
    if not training.calibrate:
        return both
    if fold.welds("calibrate"):
        return [*both, Temperature(training.batch_size)]
    return [*both, OutOfFoldTemperature(fold, seed, settings.model, first, training.batch_size)]


def fold_data(settings: FitSettings, windows: WeldWindows, fold: Fold) -> FoldData:
    """The windows of the parts that fitting may see.

    Raises RunError if such a part holds a weld of the test part, or the fit part is empty.
    """
    test = set(fold.welds("test"))
    known = set(windows.welds)

    def part(name: Part) -> WeldWindows | None:
        chosen = windows.subset([weld for weld in fold.welds(name) if weld in known])
        if leaked := test.intersection(chosen.welds):
            raise RunError(f"{fold.name}: weld {min(leaked)} is in the test part and in {name}")
        return chosen if len(chosen) else None

    fit = part("fit")
    if fit is None:
        raise RunError(f"{fold.name}: no weld of the data set is in the fit part; check split.csv")
    modalities = windows.dataset.card.modalities
    untimed = frozenset(name for name in fit.flows if not modalities[name].timed)
    calibrate = part("calibrate") if settings.training.calibrate else None
    return FoldData(fit, part("select"), calibrate, untimed)


def introduction(
    settings: FitSettings, fold: Fold, data: FoldData, model: FusionModel, folder: Path
) -> list[str]:
    """What is about to be trained, on what, and what it will take."""
    named = {"fit": data.fit, "select": data.select, "calibrate": data.calibrate}
    windows = {name: len(part) for name, part in named.items() if part is not None}
    dataset = data.fit.dataset
    lines = parts_lines(fold, windows, groups_of_card(dataset.welds, dataset.card))
    if data.select is None:
        lines.append("  no select part: the best epoch is chosen by the training loss")
    if settings.training.calibrate and data.calibrate is None:
        lines.append(f"  calibrated by {INNER_FOLDS} more trainings, each without a quarter of the groups")
    wanted = check_trainer(settings.trainer)
    device = device_of(wanted)
    batch_size = settings.training.batch_size
    epochs, batches = int(wanted["max_epochs"]), -(-len(data.fit) // batch_size)
    steps = epochs * batches if epochs >= 0 else int(wanted.get("max_steps", -1))
    took = trial(model, data.fit, batch_size, device)
    return [*lines, *outlook_lines(model, took, steps, folder)]
