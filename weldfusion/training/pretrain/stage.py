"""The stage of fitting that pretrains an encoder, before the gradient stages of the targets."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from weldfusion.data.batch import Batch, Truth
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold
from weldfusion.errors import ConfigError, WeldfusionWarning
from weldfusion.systems.build import check_modalities
from weldfusion.systems.graph import FusionModel
from weldfusion.training.loader import Windows
from weldfusion.training.network import NetworkStage
from weldfusion.training.pretrain.pretraining import Pretraining, Stem
from weldfusion.training.processes import is_first
from weldfusion.training.settings import FitSettings, TrainingSettings
from weldfusion.training.several import Plan
from weldfusion.training.stages import Fitted, FoldData, Stage

PRETEXT = "pretext"
"""The one target of a pretraining, known wherever the modality is there."""


@dataclass(frozen=True)
class Pretrained:
    """Trains the encoder of a modality by an objective without truths.

    Args:
        pretraining: the objective and how long.
        stage: how it is trained.
        say: prints a line: how far the loss came.
    """

    pretraining: Pretraining
    stage: NetworkStage
    say: Callable[[str], None]
    file: str = "2-pretraining.pt"

    def run(self, fitted: Fitted, data: FoldData, folder: Path) -> dict[str, Any]:
        assert data.unlabelled is not None
        name = checked(self.pretraining, fitted.model)
        objective = Pretext(self.pretraining.objective(Stem(fitted.model, name)))
        windows = WithoutTruth(data.unlabelled, name)
        outcome = self.stage.run(objective, windows, None, None, folder / "pretraining")
        if is_first():
            self.say(f"  {self.stage.title} on {len(windows)} windows: {loss_line(outcome['history'])}")
        return {"encoder": fitted.model.encoders[name].state_dict(), "windows": len(windows), **outcome}

    def apply(self, fitted: Fitted, state: Mapping[str, Any]) -> None:
        fitted.model.encoders[self.pretraining.modality].load_state_dict(state["encoder"])


def loss_line(history: Sequence[Mapping[str, float]]) -> str:
    """How far the loss came, from its first epoch to its best one, whose weights are kept.

    >>> loss_line([{"train_loss": 2.0}, {"train_loss": 0.25}, {"train_loss": 0.5}])
    'loss 2 → 0.25 (epoch 2 of 3)'
    """
    losses = [row["train_loss"] for row in history]
    best = min(losses)
    return f"loss {losses[0]:.4g} → {best:.4g} (epoch {losses.index(best) + 1} of {len(losses)})"


def pretraining(settings: FitSettings, seed: int, title: str, say: Callable[[str], None]) -> list[Stage]:
    """The stage that trains an encoder without truths, where one is asked for."""
    wanted = settings.training.pretrain
    if wanted is None:
        return []
    plan, named = plan_of(wanted, settings.trainer), f"{title}, {wanted.modality} pretrained"
    stage = NetworkStage(plan.training, plan.trainer, 0.0, seed, settings.data.workers, named)
    return [Pretrained(wanted, stage, say)]


def plan_of(wanted: Pretraining, trainer: Mapping[str, Any]) -> Plan:
    """The gradient training that a pretraining is."""
    training = TrainingSettings(wanted.batch_size, wanted.optimizer)
    return Plan(None, training, {**trainer, "max_epochs": wanted.max_epochs})


def pretraining_lines(wanted: Pretraining | None, data: FoldData) -> list[str]:
    """What is told of it before it begins."""
    if wanted is None or data.unlabelled is None:
        return []
    windows = f"{len(data.unlabelled)} windows without their truths"
    return [f"  {wanted.modality} is pretrained on {windows}, {wanted.max_epochs} epochs"]


def warn_of_few(wanted: Pretraining | None, windows: WeldWindows, folds: Sequence[Fold]) -> None:
    """Warns where the windows of a fold make less than two batches."""
    if wanted is None:
        return
    counts = {}
    for fold in folds:
        seen = [weld for weld in windows.welds if fold.parts.get(weld) in ("fit", "unused")]
        counts[fold.name] = len(windows.subset(seen))
    name, few = min(counts.items(), key=lambda item: item[1])
    if few >= 2 * wanted.batch_size:
        return
    each = -(-few // wanted.batch_size)
    warnings.warn(
        f"training.pretrain: {name} has {few} windows, under two batches of {wanted.batch_size}: {each} "
        f"step{'s' if each > 1 else ''} an epoch, {each * wanted.max_epochs} in all; lower batch_size",
        WeldfusionWarning,
        stacklevel=2,
    )


def checked(pretraining: Pretraining, model: FusionModel) -> str:
    """The modality; raises ConfigError where the model has none of its name, or its encoder no parameters."""
    name = pretraining.modality
    check_modalities("training.pretrain.modality", [name], model.flows)
    if not any(p.requires_grad for p in model.encoders[name].parameters()):
        raise ConfigError(f"training.pretrain.modality: the encoder of {name} has nothing to train")
    return name


class Pretext(nn.Module):
    """An objective as the task trains it: the loss of the one target `pretext`."""

    def __init__(self, objective: nn.Module) -> None:
        super().__init__()
        self.objective = objective
        self.targets = {PRETEXT: None}

    def training_loss(self, batch: Batch, hide: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        return {PRETEXT: self.objective(batch)}


class WithoutTruth:
    """Windows whose truths are taken away; what is known of each is whether a modality is there."""

    def __init__(self, windows: Windows, name: str) -> None:
        self.windows = windows
        self.name = name

    def __len__(self) -> int:
        return len(self.windows)

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        batch = self.windows.__getitems__(indices)
        here = batch.present[self.name]
        return replace(batch, targets={PRETEXT: Truth(torch.zeros(len(here)), here)})
