"""One fold with one seed: its stages, and running them."""

from collections.abc import Callable
from pathlib import Path

import torch

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold
from weldfusion.systems.graph import FusionModel
from weldfusion.training.checkpoint import forget_checkpoints
from weldfusion.training.folder import RunFolder
from weldfusion.training.folds import fold_data
from weldfusion.training.introduction import introduction
from weldfusion.training.keyed import INIT, seed_of
from weldfusion.training.network import NetworkStage
from weldfusion.training.out_of_fold import OutOfFold
from weldfusion.training.post_hoc import CalibrationPart, LearnedFusion, Temperature
from weldfusion.training.pretrain.stage import pretraining
from weldfusion.training.processes import is_first
from weldfusion.training.segmentation_file import check_segmenters
from weldfusion.training.selecting import kept_names, selection_line
from weldfusion.training.settings import FitSettings
from weldfusion.training.several import plans
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

Say = Callable[[str], None]


def fit_fold(
    settings: FitSettings,
    windows: WeldWindows,
    fold: Fold,
    seed: int,
    run: RunFolder,
    say: Say,
    learns: bool = False,
) -> None:
    """The stages of one fold and seed; nothing is opened if all their states are there, and of these the
    checkpoints, which only serve to go on, are deleted.

    `learns`: whether the late fusion learns after training.
    """
    folder = run.fold(fold.name, seed)
    todo = stages(settings, fold, seed, learns, say)
    if all((folder / stage.file).is_file() for stage in todo):
        forget_checkpoints(folder)
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
    todo = stages(settings, fold, seed, learns, say)
    if not trained and is_first():
        say(f"{fold.name}, seed {seed}, in {folder}")
        for line in introduction(settings, fold, seed, data, model, folder):
            say(line)
    if model.selections:
        run_stages(todo[:1], fitted, data, folder)
        if is_first():
            tell_selected(model, data, run, folder, say if not begun else None)
    run_stages(todo, fitted, data, folder)
    forget_checkpoints(folder)


def tell_selected(model: FusionModel, data: FoldData, run: RunFolder, folder: Path, say: Say | None) -> None:
    """Keeps in `run.json`, and says, which channels the fit part selected."""
    found = kept_names(model, data.fit.dataset.card.modalities)
    run.note(selected={**run.info().get("selected", {}), folder.name: found})
    for name, names in found.items():
        if say is not None:
            say(f"  {selection_line(name, names['kept'], names['dropped'])}")


def stages(settings: FitSettings, fold: Fold, seed: int, learns: bool, say: Say) -> list[Stage]:
    """Statistics and network; then what the late fusion learns and, if asked for, temperature: from a
    calibration part, or from out-of-fold predictions of the training welds where they are too few to keep a
    part apart."""
    training, batch_size = settings.training, settings.training.batch_size

    def first(title: str) -> list[Stage]:
        before = pretraining(settings, seed, title, say)
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
