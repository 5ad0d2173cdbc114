"""Checkpoints of the gradient stage: written atomically, read without unpickling code, last and best."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
from lightning.fabric.plugins.io.checkpoint_io import CheckpointIO
from lightning.pytorch.callbacks import Checkpoint

from weldfusion.training.atomic import load_state, save_state
from weldfusion.training.processes import is_first, meet
from weldfusion.training.task import Task

ENTRIES = ("epoch", "global_step", "state_dict", "loops", "callbacks", "optimizer_states", "lr_schedulers")
"""What a training needs to go on."""
FOLDER = "checkpoints"


def forget_checkpoints(folder: Path) -> None:
    """Deletes the checkpoints of all gradient stages of a network whose states are written.

    They are three quarters of what a training writes: with Adam `last.ckpt` is three times the network,
    `best.ckpt` is the state once more.
    """
    meet()
    if is_first():
        for checkpoints in sorted(folder.rglob(FOLDER)):
            forget_own_checkpoints(checkpoints.parent)


def forget_own_checkpoints(folder: Path) -> None:
    """Deletes `checkpoints` of this folder, and of no folder in it; of a link to elsewhere the link only."""
    checkpoints = folder / FOLDER
    if checkpoints.is_symlink():
        checkpoints.unlink()
    elif checkpoints.is_dir():
        shutil.rmtree(checkpoints)


class AtomicCheckpointIO(CheckpointIO):
    """Lightning's checkpoints as whole files of tensors and plain values."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: object = None
    ) -> None:
        save_state(Path(path), checkpoint)

    def load_checkpoint(
        self, path: str | Path, map_location: object = None, weights_only: bool | None = True
    ) -> dict[str, Any]:
        return load_state(Path(path), *ENTRIES)

    def remove_checkpoint(self, path: str | Path) -> None:
        Path(path).unlink(missing_ok=True)


class LastAndBest(Checkpoint):
    """Keeps `last.ckpt` to go on from and `best.ckpt`, the weights of the epoch with the least loss.

    Stops the training after `patience` epochs without a better loss.

    Args:
        folder: where the two files go.
        patience: None: never stop early.
        every_s: within an epoch, `last.ckpt` is renewed when it is older than this many seconds.
        report: gets epoch (from 1), step and figures by name after each epoch.
    """

    def __init__(
        self,
        folder: Path,
        patience: int | None,
        every_s: float = 300.0,
        report: Callable[[dict[str, float]], None] = lambda figures: None,
    ) -> None:
        self.folder = folder
        self.patience = patience
        self.every_s = every_s
        self.report = report
        self.best = float("inf")
        self.best_epoch = -1
        self.rows: list[dict[str, float]] = []
        self._saved = time.monotonic()

    @property
    def last_path(self) -> Path:
        return self.folder / "last.ckpt"

    @property
    def best_path(self) -> Path:
        return self.folder / "best.ckpt"

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._saved = time.monotonic()
        self._stop_if_patience_is_over(trainer, trainer.current_epoch - 1)

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        last = batch_idx + 1 >= trainer.num_training_batches
        stepped = (batch_idx + 1) % trainer.accumulate_grad_batches == 0
        if not last and stepped and self._is_due(trainer):
            assert isinstance(pl_module, Task)
            pl_module.check_finite(batch)
            pl_module.check_kept()
            self._save_last(trainer)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        assert isinstance(pl_module, Task)
        pl_module.check_finite()
        figures = self._figures(trainer, pl_module)
        pl_module.check_kept(figures.get("select_loss", 0.0))
        self.rows.append(figures)
        loss = figures.get("select_loss", figures["train_loss"])
        if loss < self.best:
            self.best, self.best_epoch = loss, trainer.current_epoch
            weights = {"state_dict": pl_module.model.state_dict(), "epoch": trainer.current_epoch + 1}
            if trainer.is_global_zero:
                save_state(self.best_path, weights)
        self._save_last(trainer)
        if trainer.is_global_zero:
            self.report(figures)
            for logger in trainer.loggers:
                logger.log_metrics(figures, step=trainer.global_step)
        self._stop_if_patience_is_over(trainer, trainer.current_epoch)

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best, "best_epoch": self.best_epoch, "rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.best = state_dict["best"]
        self.best_epoch = state_dict["best_epoch"]
        self.rows = state_dict["rows"]

    def _figures(self, trainer: pl.Trainer, task: Task) -> dict[str, float]:
        rates = [group["lr"] for group in trainer.optimizers[0].param_groups]
        figures = {
            "epoch": float(trainer.current_epoch + 1),
            "step": float(trainer.global_step),
            "train_loss": task.sums.mean_loss(),
            "learning_rate": float(rates[0]),
        }
        if task.selected:
            losses = task.selected.means()
            figures["select_loss"] = task.select_loss(losses)
            if len(losses) > 1:
                figures |= {f"select_loss_{name}": loss for name, loss in losses.items()}
        return figures | task.train_figures()

    def _is_due(self, trainer: pl.Trainer) -> bool:
        """Whether `last.ckpt` is old; the clock of one process would have the others wait for it."""
        due = time.monotonic() - self._saved >= self.every_s
        return trainer.strategy.reduce_boolean_decision(due, all=False)

    def _save_last(self, trainer: pl.Trainer) -> None:
        trainer.save_checkpoint(self.last_path, weights_only=False)
        self._saved = time.monotonic()

    def _stop_if_patience_is_over(self, trainer: pl.Trainer, epoch: int) -> None:
        if self.patience is not None and self.best_epoch >= 0 and epoch - self.best_epoch >= self.patience:
            trainer.should_stop = True
