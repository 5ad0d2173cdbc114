"""What can fail before the first step, tried before a run folder is made."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError, WeldfusionWarning
from weldfusion.systems.build import check_names
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.systems.sizes import check_sizes
from weldfusion.training.augment.augmentation import check_augmentations
from weldfusion.training.devices import process_count, statistics_together
from weldfusion.training.memory import check_inputs_fit, counted, warn_of_memory
from weldfusion.training.objective import target_weights
from weldfusion.training.optimisation import optimizer_of, scheduler_of, trained
from weldfusion.training.pretrain.pretraining import Stem
from weldfusion.training.pretrain.stage import checked
from weldfusion.training.settings import FitSettings, TrainingSettings
from weldfusion.training.several import check_stages, only, plans
from weldfusion.training.trainer import build_trainer, check_trainer, quiet_lightning

COLOURS = 3


def rehearse(settings: FitSettings, windows: WeldWindows) -> None:
    """Builds model, optimiser, schedule and trainer once, and tries the cache; keeps nothing.

    Raises ConfigError naming the setting that cannot work.
    """
    planned = plans(settings.training, settings.trainer)
    check_inputs_fit(windows, planned)
    model = FusionModel(windows.flows, windows.targets, settings.model)
    with counted(model) as found:
        check_sizes(model)
    warn_of_memory(model, windows, found, planned)
    target_weights(settings.training.target_weights, list(windows.targets))
    if settings.training.stages is not None:
        check_stages(settings.training.stages, model)
    for number, plan in enumerate(planned):
        if plan.modalities is None:
            check_schedule(plan.training, model)
        else:
            with only(model, plan.modalities):
                check_schedule(plan.training, model, f"training.stages.{number}")
    for name, changes in (settings.training.augment or {}).items():
        check_names("training.augment", [name], model.flows)
        check_augmentations(f"training.augment.{name}", changes, model.flows[name].shape)
    if (pretrain := settings.training.pretrain) is not None:
        pretrain.objective(Stem(model, checked(pretrain, model)))
    check_cache(settings.data.cache)
    warn_of_own_statistics(settings.trainer, model)
    warn_of_adapted(settings.model.parts(), windows.flows)
    with TemporaryDirectory() as folder, quiet_lightning():
        build_trainer(settings.trainer, Path(folder), [])


def check_schedule(training: TrainingSettings, model: nn.Module, key: str = "training") -> None:
    """Raises ConfigError if optimiser and schedule cannot be made for the model, or not take two steps;
    `key` is the section that they stand in."""
    parameters = trained(model, "model" if key == "training" else key)
    scheduler = scheduler_of(training, optimizer_of(training, parameters))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch misses the optimiser's steps between them
        try:
            scheduler.step()
            scheduler.step()
        except Exception as error:  # a class of torch or the user's may raise anything
            what = f"{type(scheduler).__name__} cannot take a step ({' '.join(str(error).split())})"
            raise ConfigError(f"{key}.scheduler: {what}; correct its settings") from None


def warn_of_own_statistics(trainer: Mapping[str, Any], model: nn.Module) -> None:
    """Warns where each of several processes normalises by its own share of a batch."""
    asked = check_trainer(trainer)
    count = process_count(asked)
    if count == 1 or statistics_together(asked):
        return
    if any(isinstance(part, _BatchNorm) for part in model.modules()):
        warnings.warn(
            f"trainer.devices: {count} processes without CUDA: batch normalisation sees the share of a batch "
            "that each process has, so the weights differ from those that one process would find",
            WeldfusionWarning,
            stacklevel=2,
        )


def warn_of_adapted(parts: Parts, flows: Mapping[str, Flow]) -> None:
    """Warns where weights learned on colour images serve images of another number of channels."""
    for name, make in (parts.encoders or {}).items():
        flow = flows.get(name)
        if flow is not None and flow.kind == "image" and flow.channels != COLOURS and _pretrained(make):
            warnings.warn(
                f"model.encoders.{name}: its weights were learned on images of {COLOURS} channels, {name} "
                f"has {flow.channels}; the first filters are averaged over the colours and scaled to fit",
                WeldfusionWarning,
                stacklevel=2,
            )


def _pretrained(make: Any) -> bool:
    """Whether a maker of an encoder, or one within its settings, names weights."""
    given = getattr(make, "settings", None) or getattr(make, "keywords", None) or {}
    return any(value is not None if key == "weights" else _pretrained(value) for key, value in given.items())


def check_cache(folder: str | None) -> None:
    """Raises ConfigError if a cache folder that was asked for cannot be written."""
    if folder is None:
        return
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".try"):
            pass
    except OSError as problem:
        raise ConfigError(
            f"data.cache: {folder} cannot be written ({problem.strerror}); name another folder"
        ) from None
