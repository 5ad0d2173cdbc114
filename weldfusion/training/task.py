"""The Lightning task of a gradient stage: objective, optimiser and selection loss; nothing of the network."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import lightning.pytorch as pl
import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from weldfusion.data.batch import Batch
from weldfusion.errors import ConfigError, RunError, did_you_mean
from weldfusion.fusion.penalty import Penalty
from weldfusion.systems.graph import FusionModel
from weldfusion.training.absence import hidden
from weldfusion.training.augment.augmentation import augmented
from weldfusion.training.keyed import STEP, seed_of
from weldfusion.training.schedules import OneCosine, refuse_plateau
from weldfusion.training.settings import TrainingSettings
from weldfusion.training.speed import HALF, fuse
from weldfusion.training.uncertainty import LearnedWeights

_CHECK_EVERY_ON_GPU = 50


def seed_torch(seed: int, device: torch.device) -> None:
    """Seeds torch's generators of the processor and of `device`.

    `torch.manual_seed` would queue the call with a stack trace for every kind of device not yet in use:
    a millisecond a step, and a list that grows.
    """
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.default_generators[device.index or 0].manual_seed(seed)


@dataclass(frozen=True)
class Length:
    """Optimiser steps and epochs of a whole training."""

    steps: int
    epochs: int


class Task(pl.LightningModule):
    """Sum over targets of weight · mean loss of the target's head, and over penalties of weight · mean.

    Learned weights of targets train here and are kept in `last.ckpt`; they are no part of the model, and
    selection and the reported training loss do without them and without penalties.

    Args:
        model: the fusion model, or what has its `forward`, `loss`, `training_loss` and `targets`.
        settings: optimiser, schedule, target weights.
        modality_dropout: chance that a present modality is hidden.
        seed: key of dropout and of hidden modalities.
        length: how long the whole training is.
        fused: update all parameters in one call where the optimiser can.

    Raises ConfigError for a target weight of an unknown target; RunError when the loss is not finite.
    """

    def __init__(
        self,
        model: nn.Module,
        settings: TrainingSettings,
        modality_dropout: float,
        seed: int,
        length: Length,
        fused: bool = True,
    ) -> None:
        super().__init__()
        self.fused = fused
        self.model = model
        self.settings = settings
        self.modality_dropout = modality_dropout
        self.key = seed
        self.length = length
        self.weights = target_weights(settings.target_weights, list(model.targets))  # type: ignore[arg-type]
        learned = settings.target_weights == "learned"
        self.learned = LearnedWeights(list(self.weights)) if learned else None
        self.penalty_sums: dict[str, Tensor] = {}
        self.train_sum = torch.zeros((), dtype=torch.float64)
        self.train_steps = 0
        self.highest_rate = 0.0  # of the steps of this epoch; a scheduler may since have brought it to 0
        self.selected: dict[str, list[Tensor]] = {}

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        epoch = self.current_epoch
        seed_torch(seed_of(self.key, STEP, epoch, batch_idx, self.global_rank), self.device)
        batch = augmented(batch, self.settings.augment or {}, self.key, epoch)
        hide = None
        if self.modality_dropout > 0 and len(batch.inputs) > 1 and batch.where is not None:
            hide = hidden(batch.present, batch.where.sample, self.modality_dropout, self.key, epoch)
        model: Any = self.model
        losses = model.training_loss(batch, hide)
        known = {name: self._over_ranks(batch.targets[name].known.sum()) for name in self.weights}
        means = {name: self._mean(losses[name], known[name]) for name in self.weights}
        total = torch.stack([self.weights[name] * mean for name, mean in means.items()]).sum()
        self.train_sum = self.train_sum.to(total.device) + total.detach()
        self.train_steps += 1
        self.highest_rate = max(self.highest_rate, self._rate())
        objective = total if self.learned is None else self.learned(means, known)
        objective = objective + self._penalty(losses)
        if total.device.type == "cpu" or self.train_steps % _CHECK_EVERY_ON_GPU == 0:
            self.check_finite(batch)
        return objective

    def _penalty(self, losses: Mapping[str, Tensor]) -> Tensor | float:
        total: Tensor | float = 0.0
        progress = self.global_step / max(1, self.length.steps)
        for name, penalty in penalties_of(self.model).items():
            mean = self._mean(losses[name], self._over_ranks(losses[name].new_tensor(len(losses[name]))))
            before = self.penalty_sums.get(name, self.train_sum.new_zeros(()))
            self.penalty_sums[name] = before.to(mean.device) + mean.detach()
            total = total + penalty.weight_at(progress) * mean
        return total

    def _over_ranks(self, count: Tensor) -> Tensor:
        """A number of samples, of the batches of all ranks together."""
        if self.trainer.world_size > 1:
            count = count.float()
            torch.distributed.all_reduce(count)
        return count

    def _mean(self, losses: Tensor, count: Tensor) -> Tensor:
        """Mean over `count` samples of all ranks, whose gradients are averaged later; 0 (with a gradient of
        0) if there is none."""
        return losses.sum() * self.trainer.world_size / count.clamp(min=1)

    def on_train_epoch_start(self) -> None:
        self.train_sum = torch.zeros_like(self.train_sum)
        self.train_steps = 0
        self.highest_rate = 0.0
        self.penalty_sums = {}

    def train_loss(self) -> float:
        """Mean training loss of the present epoch so far (waits for the device)."""
        return self._over_processes(self.train_sum) / max(1, self.train_steps)

    def train_figures(self) -> dict[str, float]:
        """Learned weights of the targets, and the mean of each penalty in the present epoch so far."""
        weights = {} if self.learned is None else self.learned.weights()
        sums = {name: self._over_processes(total) for name, total in self.penalty_sums.items()}
        figures = {f"weight_{name}": weight for name, weight in weights.items()}
        return figures | {name: total / max(1, self.train_steps) for name, total in sums.items()}

    def _over_processes(self, total: Tensor) -> float:
        """A sum's mean over the processes, which all have to ask for it."""
        total, world = total.clone(), self.trainer.world_size
        if world > 1:
            torch.distributed.all_reduce(total)
        return float(total) / world

    def check_finite(self, batch: Batch | None = None) -> None:
        """Raises RunError if the loss of a step of this epoch was not finite in any process (waits for the
        device)."""
        sums = [self.train_sum, *(total.to(self.train_sum.device) for total in self.penalty_sums.values())]
        if math.isfinite(self._over_processes(torch.stack(sums).sum())):
            return
        where = f"epoch {self.current_epoch + 1}, step {self.train_steps}"
        bad = (
            [] if batch is None else [n for n, x in batch.inputs.items() if not bool(torch.isfinite(x).all())]
        )
        if bad:
            raise RunError(
                f"training, {where}: input {', '.join(bad)} is not finite; check the data set and its steps"
            )
        raise RunError(f"training, {where}: the loss is not finite {self._rate_to_lower()}")

    def check_kept(self, select_loss: float = 0.0) -> None:
        """Raises RunError if the loss on the select part or a weight is not finite, before it is kept."""
        weights = all(bool(torch.isfinite(weight).all()) for weight in self.model.parameters())
        if math.isfinite(select_loss) and weights:
            return
        what = "the loss on the select part" if weights else "a weight"
        where = f"epoch {self.current_epoch + 1}, step {self.train_steps}"
        raise RunError(f"training, {where}: {what} is not finite {self._rate_to_lower()}")

    def _rate(self) -> float:
        return float(self.trainer.optimizers[0].param_groups[0]["lr"])

    def _rate_to_lower(self) -> str:
        rate = self.highest_rate or self._rate()
        half = " or trainer.precision 32-true" if self.trainer.precision in HALF else ""
        return (
            f"at a learning rate of {rate:.3g}; lower lr of training.optimizer, or set "
            f"trainer.gradient_clip_val (such as 1.0){half}"
        )

    def on_validation_epoch_start(self) -> None:
        self.selected = {}

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        model: Any = self.model
        for name, loss in model.loss(model(batch), batch.targets).items():
            known = batch.targets[name].known.sum()
            self.selected.setdefault(name, []).append(torch.stack([loss.double().sum(), known.double()]))

    def select_losses(self) -> dict[str, float]:
        """Mean loss over the select part by target, after a validation epoch."""
        sums = {name: torch.stack(parts).sum(dim=0) for name, parts in self.selected.items()}
        if self.trainer.world_size > 1:
            for both in sums.values():
                torch.distributed.all_reduce(both)
        return {name: float(both[0] / both[1].clamp(min=1)) for name, both in sums.items()}

    def select_loss(self, losses: Mapping[str, float]) -> float:
        """The weighted sum by which the best epoch is chosen."""
        return sum(self.weights[name] * loss for name, loss in losses.items())

    def transfer_batch_to_device(self, batch: Batch, device: torch.device, dataloader_idx: int) -> Batch:
        return batch if device.type == "cpu" else batch.to(device, non_blocking=True)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["train_sum"] = self._over_processes(self.train_sum)
        checkpoint["train_steps"] = self.train_steps
        checkpoint["penalty_sums"] = {
            name: self._over_processes(total) for name, total in self.penalty_sums.items()
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.train_sum = torch.tensor(checkpoint["train_sum"], dtype=torch.float64)
        self.train_steps = checkpoint["train_steps"]
        self.penalty_sums = {
            name: torch.tensor(total, dtype=torch.float64)
            for name, total in checkpoint.get("penalty_sums", {}).items()
        }

    def configure_optimizers(self) -> Any:
        parameters = [p for p in self.model.parameters() if p.requires_grad]
        optimizer = self._optimizer(parameters)
        if self.learned is not None:
            optimizer.add_param_group({"params": list(self.learned.parameters()), "weight_decay": 0.0})
        # a fused step and the loss scaling of 16-mixed exclude each other when gradients are clipped
        if self.fused and self.trainer.precision != "16-mixed":
            fuse(optimizer)
        scheduler = (self.settings.scheduler or OneCosine)(optimizer)
        refuse_plateau(scheduler)
        by_step = self.settings.scheduler_step == "step"
        if isinstance(scheduler, OneCosine):
            scheduler.span(self.length.steps if by_step else self.length.epochs)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": "step" if by_step else "epoch"},
        }

    def _optimizer(self, parameters: list[nn.Parameter]) -> Optimizer:
        if not parameters:
            raise ConfigError("model: no parameter requires a gradient, there is nothing to train")
        return AdamW(parameters) if self.settings.optimizer is None else self.settings.optimizer(parameters)


def penalties_of(model: nn.Module) -> dict[str, Penalty]:
    """The penalties of the fusion model that a task trains, by the names of their losses."""
    found = next((part for part in model.modules() if isinstance(part, FusionModel)), None)
    listed = {} if found is None else dict(found.penalties.items())
    return {f"penalty.{name}": penalty for name, penalty in listed.items() if isinstance(penalty, Penalty)}


def target_weights(
    given: Mapping[str, float] | Literal["learned"] | None, targets: list[str]
) -> dict[str, float]:
    """A fixed weight for each target, 1 where none is given; raises ConfigError for an unknown target.

    >>> target_weights({"force": 0.5}, ["defect", "force"])
    {'defect': 1.0, 'force': 0.5}
    """
    given = {} if isinstance(given, str) else given
    for name in given or {}:
        if name not in targets:
            raise ConfigError(
                f"training.target_weights.{name}: no such target; {did_you_mean(name, targets)}"
            )
    return {name: float((given or {}).get(name, 1.0)) for name in targets}
