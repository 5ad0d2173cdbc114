"""Several gradient trainings after each other: what each trains, sees and is judged by."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from weldfusion.data.batch import Batch, Truth
from weldfusion.errors import ConfigError, WeldfusionWarning
from weldfusion.systems.build import check_modalities
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.join import OutputJoin
from weldfusion.training.loader import Windows
from weldfusion.training.settings import GradientStage, TrainingSettings


@dataclass(frozen=True)
class Plan:
    """Settings of one gradient training; `modalities` None: everything is trained."""

    modalities: tuple[str, ...] | None
    training: TrainingSettings
    trainer: Mapping[str, Any]


def plans(training: TrainingSettings, trainer: Mapping[str, Any]) -> list[Plan]:
    """The gradient trainings of a config in order: one of everything, or its `training.stages`.

    >>> stages = [GradientStage(["a"], batch_size=4), GradientStage(["b"], max_epochs=2)]
    >>> for plan in plans(TrainingSettings(stages=stages), {"max_epochs": 9}):
    ...     print(plan.modalities, plan.training.batch_size, plan.trainer)
    ('a',) 4 {'max_epochs': 9}
    ('b',) 32 {'max_epochs': 2}
    """
    if training.stages is None:
        return [Plan(None, training, trainer)]
    return [
        Plan(tuple(stage.modalities), _training(training, stage), _trainer(trainer, stage))
        for stage in training.stages
    ]


def _training(training: TrainingSettings, stage: GradientStage) -> TrainingSettings:
    names = ("optimizer", "scheduler", "patience", "batch_size", "balanced")
    given = {name: getattr(stage, name) for name in names if getattr(stage, name) is not None}
    return replace(training, stages=None, **given)


def _trainer(trainer: Mapping[str, Any], stage: GradientStage) -> Mapping[str, Any]:
    return trainer if stage.max_epochs is None else {**trainer, "max_epochs": stage.max_epochs}


class OfModalities:
    """Windows in which all but some modalities are absent; a truth is known only where one of these is there.

    Args:
        windows: what is to be seen in part.
        names: the modalities that stay.
    """

    def __init__(self, windows: Windows, names: Sequence[str]) -> None:
        self.windows = windows
        self.names = frozenset(names)

    def __len__(self) -> int:
        return len(self.windows)

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        batch = self.windows.__getitems__(indices)
        present = {
            name: here if name in self.names else torch.zeros_like(here)
            for name, here in batch.present.items()
        }
        usable = [_usable(batch, name) for name in sorted(self.names)]
        seen = torch.stack(usable).any(dim=0)
        truths = {
            name: Truth(truth.value, truth.known & seen.to(truth.known.device))
            for name, truth in batch.targets.items()
        }
        return replace(batch, present=present, targets=truths)


def _usable(batch: Batch, name: str) -> Tensor:
    here = batch.present[name]
    return here & batch.valid[name].any(dim=1) if name in batch.valid else here


class ByItself(nn.Module):
    """A model with a late fusion, judged as it is trained: by the losses of what each modality says alone."""

    def __init__(self, model: FusionModel) -> None:
        super().__init__()
        self.model = model
        self.targets = model.targets

    def forward(self, batch: Batch) -> Any:
        """Features and presence, of which `loss` makes losses."""
        return self.model.features(batch, {})

    def loss(self, found: Any, truths: Mapping[str, Truth]) -> dict[str, Tensor]:
        """Loss (B,) of each target."""
        assert isinstance(self.model.join, OutputJoin)
        features, here = found
        return self.model.join.losses(features, here, truths)

    def training_loss(self, batch: Batch, hide: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        return self.model.training_loss(batch, hide)


def judged(model: FusionModel) -> nn.Module:
    """The model as a stage of some modalities trains and judges it."""
    alone = isinstance(model.join, OutputJoin) and model.join.each_alone
    return ByItself(model) if alone else model


@contextmanager
def only(model: FusionModel, names: Sequence[str]) -> Iterator[None]:
    """Inside, what serves other modalities only asks for no gradient and is in eval mode, so that no batch
    statistics move."""
    own = [part for name in names for part in model.branch(name)]
    others = [part for name in model.flows if name not in names for part in model.branch(name)]
    kept = {id(p) for part in own for p in part.parameters()}
    frozen = [p for part in others for p in part.parameters() if p.requires_grad and id(p) not in kept]
    used = {id(module) for part in own for module in part.modules()}
    still = [m for part in others for m in part.modules() if m.training and id(m) not in used]
    for parameter in frozen:
        parameter.requires_grad_(False)
    for module in still:
        module.training = False
    try:
        yield
    finally:
        for parameter in frozen:
            parameter.requires_grad_(True)
        for module in still:
            module.training = True


def check_stages(stages: Sequence[GradientStage], model: FusionModel) -> None:
    """Raises ConfigError if a stage names an unknown modality or a parameter is trained by none; warns where
    a later stage changes what an earlier one relies on."""
    for number, stage in enumerate(stages):
        check_modalities(f"training.stages.{number}.modalities", stage.modalities, model.flows)
    named = {name for stage in stages for name in stage.modalities}
    trained = {id(p) for name in named for part in model.branch(name) for p in part.parameters()}
    full = {id(p): name for name, p in model.named_parameters()}
    for name in model.flows:
        for p in (p for part in model.branch(name) for p in part.parameters()):
            if p.requires_grad and id(p) not in trained:
                raise ConfigError(
                    f"training.stages: no stage trains {name} ({full[id(p)]}); name it in the modalities of "
                    "one, or leave it out of data.inputs"
                )
    for text in _relied_on(stages, model):
        warnings.warn(f"training.stages: {text}", WeldfusionWarning, stacklevel=2)


def _relied_on(stages: Sequence[GradientStage], model: FusionModel) -> Iterator[str]:
    branches = {
        name: {id(p) for part in model.branch(name) for p in part.parameters()} for name in model.flows
    }
    own = set().union(*branches.values())
    joins = any(p.requires_grad and id(p) not in own for p in model.parameters())
    absent = sorted(set(model.flows) - set(stages[-1].modalities))
    if joins and absent:
        yield (
            "what joins the modalities is trained in every stage, in the last one without "
            f"{', '.join(absent)}; let the last stage name all of them"
        )
    for number, stage in enumerate(stages):
        later = {name for after in stages[number + 1 :] for name in after.modalities}
        for name in stage.modalities:
            shared = [n for n in sorted(later - set(stage.modalities)) if branches[n] & branches[name]]
            if shared and name not in later:
                yield (
                    f"{name} shares an encoder with {', '.join(shared)}, which a later stage changes; train "
                    "them in one stage"
                )
