"""What a training will take: parameters, steps, time, memory, disk."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from weldfusion.data.dealing import Fold
from weldfusion.data.files import bytes_in_words
from weldfusion.systems.graph import FusionModel
from weldfusion.training.devices import device_of
from weldfusion.training.loader import Windows
from weldfusion.training.out_of_fold import inner_folds, without
from weldfusion.training.pretrain.pretraining import Pretraining, Stem
from weldfusion.training.pretrain.stage import Pretext, WithoutTruth, checked
from weldfusion.training.settings import FitSettings
from weldfusion.training.several import OfModalities, plans
from weldfusion.training.speed import resolved
from weldfusion.training.stages import FoldData
from weldfusion.training.steps import steps_of
from weldfusion.training.trainer import check_trainer
from weldfusion.training.trial import STATES_PER_WEIGHT, Outlook, trial


@dataclass(frozen=True)
class Inner:
    """The networks trained for calibration: how many, and the steps of all their gradient stages together."""

    networks: int
    steps: Sequence[int]


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


def pretraining_outlook(
    wanted: Pretraining, settings: FitSettings, data: FoldData, model: FusionModel
) -> Outlook:
    """What a step of a pretraining takes; the model stays as it is."""
    assert data.unlabelled is not None
    name, asked = checked(wanted, model), check_trainer(settings.trainer)
    pretext = Pretext(wanted.objective(Stem(model, name)))
    windows = WithoutTruth(data.unlabelled, name)
    return trial(pretext, windows, None, wanted.batch_size, device_of(asked), resolved(asked))


def inner_outlook(settings: FitSettings, data: FoldData, fold: Fold, seed: int) -> Inner:
    """How many networks calibration trains, and their steps in each gradient stage."""
    sizes = [len(without(data, held).fit) for held in inner_folds(data, fold, seed)]
    found = plans(settings.training, settings.trainer)
    return Inner(len(sizes), [sum(steps_of(plan, windows) for windows in sizes) for plan in found])


def outlook_lines(
    model: nn.Module, stages: Sequence[tuple[int, Outlook]], inner: Inner | None, folder: Path
) -> list[str]:
    """Parameters, time, memory and disk in words; `stages` are the steps of each training and its outlook,
    `inner` the networks that calibration trains besides."""
    parameters = sum(p.numel() for p in model.parameters() if p.requires_grad)
    memory = bytes_in_words(max(outlook.memory for _, outlook in stages))
    disk = bytes_in_words(disk_of(stages[0][1].state, len(stages), inner.networks if inner else 0))
    each = [one.step_s for _, one in stages]
    counts = [count for count, _ in stages]
    if inner:
        counts = [own + more for own, more in zip(counts, inner.steps, strict=True)]
    steps, seconds = sum(counts), sum(count * s for count, s in zip(counts, each, strict=True))
    of_them = f", {sum(inner.steps)} of them for calibration" if inner else ""
    free = bytes_in_words(shutil.disk_usage(existing(folder)).free)
    return [
        f"  {parameters:,} parameters",
        f"  {counted_as(steps, 'step')}{of_them}, about {duration(seconds)} "
        f"({seconds / max(1, steps) * 1e3:.0f} ms a step)",
        f"  memory about {memory}, disk {disk} of {free} free",
    ]


def disk_of(state: int, stages: int, inner: int) -> int:
    """Most bytes on disk while a fold is fitted: of each gradient stage its state, best and last checkpoint,
    one state more after several; the inner networks keep their states, one of them its checkpoints.

    >>> disk_of(1, stages=1, inner=0), disk_of(1, stages=2, inner=4)
    (5, 31)
    """
    states = stages + (stages > 1)
    checkpoints = stages * (1 + STATES_PER_WEIGHT)
    return state * ((1 + inner) * states + (2 if inner else 1) * checkpoints)


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def counted_as(count: int, noun: str) -> str:
    """A number with its noun.

    >>> counted_as(1, "group"), counted_as(0, "group")
    ('1 group', '0 groups')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """Seconds in words.

    >>> duration(5), duration(400), duration(9000)
    ('5 s', '7 min', '2.5 h')
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
