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
from weldfusion.training.loader import Windows
from weldfusion.training.network import NetworkStage
from weldfusion.training.out_of_fold import OutOfFold, inner_folds, without
from weldfusion.training.outlook import Inner, Outlook, averaged_lines, outlook_lines, parts_lines, trial
from weldfusion.training.post_hoc import CalibrationPart, LearnedFusion, Temperature
from weldfusion.training.pretrain.stage import pretraining, pretraining_lines
from weldfusion.training.processes import (
    check_launch,
    is_first,
    leave_warnings_to_first,
    one_process_after,
    wait_for,
)
from weldfusion.training.rehearsal import rehearse
from weldfusion.training.segmentation_file import check_segmenters
from weldfusion.training.selecting import kept_names, selection_line
from weldfusion.training.settings import FitSettings
from weldfusion.training.several import OfModalities, plans
from weldfusion.training.speed import asked_speed, resolved, speed_line
from weldfusion.training.speed_of_run import at_speed
from weldfusion.training.stages import (
    NETWORK,
    STATISTICS,
    Fitted,
    FoldData,
    Network,
    PartOfNetwork,
    Stage,
    Statistics,
    WholeNetwork,
    run_stages,
)
from weldfusion.training.steps import steps_of
from weldfusion.training.trainer import check_trainer

Say = Callable[[str], None]
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
        if not settings.training.calibrate and not learns_after(settings, windows):
            planned = [nothing_apart(fold) for fold in planned]
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
    """
    split = RunFolder(folder).split
    if split.is_file():
        return read_split(split)
    names = settings.data.targets
    if names is not None and (asked := getattr(settings.split, "target", None)):
        names = [*names, asked]
    return settings.split.folds(dataset.welds, restricted(dataset.card, names), settings.seed)


def nothing_apart(fold: Fold) -> Fold:
    """The fold for a run that fits nothing after training: welds kept apart for that join the fit part."""
    return replace(fold, parts={w: "fit" if part == "calibrate" else part for w, part in fold.parts.items()})


def learns_after(settings: FitSettings, windows: WeldWindows) -> bool:
    """Whether the late fusion of the model learns from windows that no gradient saw."""
    if settings.model.parts().fusion is None:
        return False
    with without_pretrained():
        return FusionModel(windows.flows, windows.targets, settings.model).learns_after


def fit_fold(
    settings: FitSettings,
    windows: WeldWindows,
    fold: Fold,
    seed: int,
    run: RunFolder,
    say: Say,
    learns: bool = False,
) -> None:
    """The stages of one fold and seed; nothing is opened if all their states are there.

    `learns`: whether the late fusion learns after training.
    """
    folder = run.fold(fold.name, seed)
    todo = stages(settings, fold, seed, learns)
    if all((folder / stage.file).is_file() for stage in todo):
        return
    data = fold_data(settings, windows, fold)
    begun = (folder / STATISTICS).is_file()
    torch.manual_seed(seed_of(seed, INIT))
    model = FusionModel(data.fit.flows, data.fit.targets, settings.model)
    check_segmenters(model, fold, windows.dataset)
    fitted, trained = Fitted(model), (folder / NETWORK).is_file()
    if not trained:
        for part in (data.fit, data.select, data.calibrate, data.unlabelled):
            if part is not None:
                part.prepare()
    settings = at_speed(settings, data, model, run)
    todo = stages(settings, fold, seed, learns)
    if not trained and is_first():
        say(f"{fold.name}, seed {seed}, in {folder}")
        for line in introduction(settings, fold, seed, data, model, folder):
            say(line)
    if model.selections:
        run_stages(todo[:1], fitted, data, folder)
        if is_first():
            tell_selected(model, data, run, folder, say if not begun else None)
    run_stages(todo, fitted, data, folder)


def tell_selected(model: FusionModel, data: FoldData, run: RunFolder, folder: Path, say: Say | None) -> None:
    """Keeps in `run.json`, and says, which channels the fit part selected."""
    found = kept_names(model, data.fit.dataset.card.modalities)
    run.note(selected={**run.info().get("selected", {}), folder.name: found})
    for name, names in found.items():
        if say is not None:
            say(f"  {selection_line(name, names['kept'], names['dropped'])}")


def stages(settings: FitSettings, fold: Fold, seed: int, learns: bool = False) -> list[Stage]:
    """Statistics and network; then what the late fusion learns and, if asked for, temperature: from a
    calibration part, or from out-of-fold predictions of the training welds where they are too few to keep a
    part apart."""
    training, batch_size = settings.training, settings.training.batch_size

    def first(title: str) -> list[Stage]:
        before = pretraining(settings, seed, title)
        return [Statistics(batch_size, settings.data.workers), *before, *gradients(settings, seed, title)]

    found = first(f"{fold.name} seed {seed}")
    apart = bool(fold.welds("calibrate"))
    held = CalibrationPart() if apart else OutOfFold(fold, seed, settings.model, first)
    if learns:
        found.append(LearnedFusion(held, batch_size))
    if training.calibrate:
        found.append(Temperature(held, batch_size))
    return found


def gradients(settings: FitSettings, seed: int, title: str) -> list[Stage]:
    """The gradient stages: one of everything, or those of `training.stages`."""
    dropout, workers = settings.model.parts().modality_dropout, settings.data.workers
    found: list[Stage] = []
    for number, plan in enumerate(plans(settings.training, settings.trainer), start=1):
        named = title if plan.modalities is None else f"{title}, {', '.join(plan.modalities)}"
        network = NetworkStage(plan.training, plan.trainer, dropout, seed, workers, named)
        if plan.modalities is None:
            return [Network(network)]
        found.append(PartOfNetwork(network, plan.modalities, number))
    return [*found, WholeNetwork(len(found))]


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
    unlabelled = None
    if settings.training.pretrain is not None:
        unused = [weld for weld in fold.welds("unused") if weld in known]
        unlabelled = windows.subset([*fit.welds, *unused])
    return FoldData(fit, part("select"), part("calibrate"), untimed, unlabelled)


def introduction(
    settings: FitSettings, fold: Fold, seed: int, data: FoldData, model: FusionModel, folder: Path
) -> list[str]:
    """What is about to be trained, on what, and what it will take."""
    named = {"fit": data.fit, "select": data.select, "calibrate": data.calibrate}
    windows = {name: len(part) for name, part in named.items() if part is not None}
    dataset = data.fit.dataset
    lines = parts_lines(fold, windows, groups_of_card(dataset.welds, dataset.card))
    if data.select is None:
        lines.append("  no select part: the best epoch is chosen by the training loss")
    inner = None
    if (settings.training.calibrate or model.learns_after) and data.calibrate is None:
        inner = inner_outlook(settings, data, fold, seed)
        lines.append(f"  calibrated by {inner.networks} more trainings, each without a part of the groups")
    lines += averaged_lines(model)
    lines += pretraining_lines(settings.training.pretrain, data)
    lines += [*own_epochs(settings), f"  {speed_line(asked_speed(settings.trainer))}"]
    return [*lines, *outlook_lines(model, outlook(settings, data, model), inner, folder)]


def inner_outlook(settings: FitSettings, data: FoldData, fold: Fold, seed: int) -> Inner:
    """How many networks calibration trains, and their steps in each gradient stage."""
    sizes = [len(without(data, held).fit) for held in inner_folds(data, fold, seed)]
    found = plans(settings.training, settings.trainer)
    return Inner(len(sizes), [sum(steps_of(plan, windows) for windows in sizes) for plan in found])


def own_epochs(settings: FitSettings) -> list[str]:
    """Which gradient stages have a length of their own, which `trainer.max_epochs` does not change.

    >>> from weldfusion.training.settings import GradientStage, TrainingSettings
    >>> stages = [GradientStage(["sound"], max_epochs=20), GradientStage(["photos"])]
    >>> own_epochs(FitSettings(training=TrainingSettings(stages=stages), trainer={"max_epochs": 2}))
    ['  stage 1 (sound) has its own max_epochs, 20: trainer.max_epochs (2) does not count for it']
    """
    common = check_trainer(settings.trainer)["max_epochs"]
    return [
        f"  stage {number} ({', '.join(stage.modalities)}) has its own max_epochs, {stage.max_epochs}: "
        f"trainer.max_epochs ({common}) does not count for it"
        for number, stage in enumerate(settings.training.stages or (), start=1)
        if stage.max_epochs is not None and stage.max_epochs != common
    ]


def outlook(settings: FitSettings, data: FoldData, model: FusionModel) -> list[tuple[int, Outlook]]:
    """Steps of each gradient stage and what they take."""
    found = []
    for plan in plans(settings.training, settings.trainer):
        parts: list[Windows | None] = [data.fit, data.select]
        if plan.modalities is not None:
            parts = [part and OfModalities(part, plan.modalities) for part in parts]
        fit, select = parts
        assert fit is not None
        asked = check_trainer(plan.trainer)
        size, speed = plan.training.batch_size, resolved(asked)
        steps = steps_of(plan, len(data.fit))
        found.append((steps, trial(model, fit, select, size, device_of(asked), speed)))
    return found
