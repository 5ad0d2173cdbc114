"""The Lightning task of a gradient stage: objective, optimiser and selection loss; nothing of the network."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor, nn

from weldfusion.data.batch import Batch
from weldfusion.errors import RunError
from weldfusion.training.absence import hidden
from weldfusion.training.augment.augmentation import augmented
from weldfusion.training.keyed import STEP, seed_of, seed_torch
from weldfusion.training.objective import counted, mean, mean_of_all, penalties_of, target_weights
from weldfusion.training.optimisation import optimizer_of, scheduler_of, trained
from weldfusion.training.schedules import OneCosine
from weldfusion.training.settings import TrainingSettings
from weldfusion.training.speed import HALF, fuse
from weldfusion.training.sums import SelectLosses, StepSums
from weldfusion.training.uncertainty import LearnedWeights

_CHECK_EVERY_ON_GPU = 50


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
        self.penalties = penalties_of(model)
        self.sums = StepSums()
        self.selected = SelectLosses()

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        epoch = self.current_epoch
        seed_torch(seed_of(self.key, STEP, epoch, batch_idx, self.global_rank), self.device)
        batch = augmented(batch, self.settings.augment or {}, self.key, epoch)
        hide = None
        if self.modality_dropout > 0 and len(batch.inputs) > 1 and batch.where is not None:
            hide = hidden(batch.present, batch.where.sample, self.modality_dropout, self.key, epoch)
        model: Any = self.model
        losses = model.training_loss(batch, hide)
        known = {name: counted(batch.targets[name].known.sum()) for name in self.weights}
        means = {name: mean(losses[name], known[name]) for name in self.weights}
        penalties = {name: mean_of_all(losses[name]) for name in self.penalties}
        total = torch.stack([self.weights[name] * loss for name, loss in means.items()]).sum()
        objective = total if self.learned is None else self.learned(means, known)
        progress = self.global_step / max(1, self.length.steps)
        objective = objective + sum(
            self.penalties[name].weight_at(progress) * penalty for name, penalty in penalties.items()
        )
        self.sums.add(total, penalties, self._rate())
        if total.device.type == "cpu" or self.sums.steps % _CHECK_EVERY_ON_GPU == 0:
            self.check_finite(batch)
        return objective

    def on_train_epoch_start(self) -> None:
        self.sums.restart()

    def train_figures(self) -> dict[str, float]:
        """Learned weights of the targets, and the mean of each penalty in the present epoch so far."""
        weights = {} if self.learned is None else self.learned.weights()
        return {f"weight_{name}": weight for name, weight in weights.items()} | self.sums.mean_penalties()

    def check_finite(self, batch: Batch | None = None) -> None:
        """Raises RunError if the loss of a step of this epoch was not finite in any process (waits for the
        device)."""
        if self.sums.finite():
            return
        inputs = {} if batch is None else batch.inputs
        bad = [name for name, x in inputs.items() if not bool(torch.isfinite(x).all())]
        if bad:
            what = f"input {', '.join(bad)} is not finite; check the data set and its steps"
            raise RunError(f"{self._where()}: {what}")
        raise RunError(f"{self._where()}: the loss is not finite {self._rate_to_lower()}")

    def check_kept(self, select_loss: float = 0.0) -> None:
        """Raises RunError if the loss on the select part or a weight is not finite, before it is kept."""
        weights = all(bool(torch.isfinite(weight).all()) for weight in self.model.parameters())
        if math.isfinite(select_loss) and weights:
            return
        what = "the loss on the select part" if weights else "a weight"
        raise RunError(f"{self._where()}: {what} is not finite {self._rate_to_lower()}")

    def _where(self) -> str:
        return f"training, epoch {self.current_epoch + 1}, step {self.sums.steps}"

    def _rate(self) -> float:
        return float(self.trainer.optimizers[0].param_groups[0]["lr"])

    def _rate_to_lower(self) -> str:
        rate = self.sums.highest_rate or self._rate()
        half = " or trainer.precision 32-true" if self.trainer.precision in HALF else ""
        return (
            f"at a learning rate of {rate:.3g}; lower lr of training.optimizer, or set "
            f"trainer.gradient_clip_val (such as 1.0){half}"
        )

    def on_validation_epoch_start(self) -> None:
        self.selected = SelectLosses()

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        model: Any = self.model
        for name, losses in model.loss(model(batch), batch.targets).items():
            self.selected.add(name, losses, batch.targets[name].known)

    def select_loss(self, losses: Mapping[str, float]) -> float:
        """The weighted sum by which the best epoch is chosen."""
        return sum(self.weights[name] * loss for name, loss in losses.items())

    def transfer_batch_to_device(self, batch: Batch, device: torch.device, dataloader_idx: int) -> Batch:
        return batch if device.type == "cpu" else batch.to(device, non_blocking=True)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint.update(self.sums.state())

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.sums.load(checkpoint)

    def configure_optimizers(self) -> Any:
        optimizer = optimizer_of(self.settings, trained(self.model))
        if self.learned is not None:
            optimizer.add_param_group({"params": list(self.learned.parameters()), "weight_decay": 0.0})
        # a fused step and the loss scaling of 16-mixed exclude each other when gradients are clipped
        if self.fused and self.trainer.precision != "16-mixed":
            fuse(optimizer)
        scheduler = scheduler_of(self.settings, optimizer)
        by_step = self.settings.scheduler_step == "step"
        if isinstance(scheduler, OneCosine):
            scheduler.span(self.length.steps if by_step else self.length.epochs)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": "step" if by_step else "epoch"},
        }
