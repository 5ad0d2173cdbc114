"""The gradient stage: one Lightning training, the weights of its best epoch."""

import csv
import io
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import numpy as np
from torch import nn

from weldfusion.data.files import write_text
from weldfusion.errors import ConfigError, RunError
from weldfusion.layers.together import scales_together
from weldfusion.training.atomic import load_state
from weldfusion.training.checkpoint import FOLDER, LastAndBest
from weldfusion.training.limits import limits_told
from weldfusion.training.loader import Windows, loader
from weldfusion.training.progress import Progress
from weldfusion.training.sampler import KeyedBatchSampler, share
from weldfusion.training.settings import TrainingSettings
from weldfusion.training.speed import Speed, resolved, sped_up
from weldfusion.training.task import Length, Task
from weldfusion.training.trainer import build_trainer, check_trainer, quiet_lightning


@dataclass(frozen=True)
class NetworkStage:
    """How one network is trained.

    Args:
        settings: batch size, optimiser, schedule, patience.
        trainer: the `trainer:` section.
        modality_dropout: chance that a present modality is hidden.
        seed: key of everything random.
        workers: loader processes (of each process that trains).
        title: shown beside the progress bar.
        extra: further Lightning callbacks, such as a stop for tests.
        every_s: age in seconds at which `last.ckpt` is renewed within an epoch.
    """

    settings: TrainingSettings
    trainer: Mapping[str, Any]
    modality_dropout: float
    seed: int
    workers: int = 0
    title: str = ""
    extra: tuple[pl.Callback, ...] = ()
    every_s: float = 300.0

    def run(
        self, model: nn.Module, fit: Windows, select: Windows | None, classes: np.ndarray | None, folder: Path
    ) -> dict[str, Any]:
        """Trains `model` in place, ends with its best weights; gives the history.

        Goes on from `folder/checkpoints/last.ckpt` if it is there. `classes` (N,) are class numbers
        for balanced drawing. Raises RunError if the loss is not finite, memory is too small or no epoch was
        completed; it tells which checkpoint is kept.
        """
        speed = resolved(check_trainer(self.trainer))
        keeper = LastAndBest(
            folder / FOLDER,
            self.settings.patience,
            self.every_s,
            report=lambda _: write_text(folder / "metrics.csv", table(keeper.rows)),
        )
        section = {**self.trainer, **asdict(speed)}
        with quiet_lightning(), sped_up(model, speed), ExitStack() as several:
            trainer = build_trainer(section, folder, [*self.extra, Progress(self.title, keeper), keeper])
            if trainer.world_size > 1:
                several.enter_context(scales_together(model))
            several.enter_context(limits_told(self.settings.batch_size, keeper.last_path))
            self._fit(trainer, model, keeper, fit, select, classes, speed)
        if not keeper.best_path.is_file():
            raise RunError(f"{folder}: no epoch was completed; raise trainer.max_epochs or max_steps")
        model.load_state_dict(load_state(keeper.best_path, "state_dict")["state_dict"])
        return {"best_epoch": keeper.best_epoch + 1, "best_loss": keeper.best, "history": keeper.rows}

    def _fit(
        self,
        trainer: pl.Trainer,
        model: nn.Module,
        keeper: LastAndBest,
        fit: Windows,
        select: Windows | None,
        classes: np.ndarray | None,
        speed: Speed,
    ) -> None:
        fewest = min(self.settings.batch_size, len(fit), len(select) if select is not None else len(fit))
        if trainer.world_size > fewest:
            raise ConfigError(
                f"trainer.devices: {trainer.world_size} processes for {fewest} windows (of a batch, or of "
                "the fit or select part); each needs at least one"
            )
        sampler = KeyedBatchSampler(
            len(fit),
            self.settings.batch_size,
            self.seed,
            position_of(trainer),
            classes,
            rank=trainer.global_rank,
            world=trainer.world_size,
        )
        length = training_length(trainer, len(sampler))
        val = None
        if select is not None:
            mine = share(len(select), self.settings.batch_size, trainer.global_rank, trainer.world_size)
            val = loader(select, mine, self.workers, speed.pin_memory)
        resume = keeper.last_path if keeper.last_path.is_file() else None
        task = Task(model, self.settings, self.modality_dropout, self.seed, length, speed.fused)
        batches = loader(fit, sampler, self.workers, speed.pin_memory)
        with stopped_by_hand(trainer):
            trainer.fit(task, batches, val, ckpt_path=resume, weights_only=True)


@contextmanager
def stopped_by_hand(trainer: pl.Trainer) -> Iterator[None]:
    """KeyboardInterrupt stays one; Lightning would end the whole process and ignore further ones."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit:
        if not trainer.interrupted:
            raise
        signal.signal(signal.SIGINT, handler)
        raise KeyboardInterrupt from None


def position_of(trainer: pl.Trainer) -> Callable[[], tuple[int, int]]:
    """Where the training stands: (epoch, batches of it already processed).

    `processed`, not `completed`: a checkpoint written at the end of a batch has not completed it yet.
    """
    epochs: Any = trainer.fit_loop.epoch_progress
    batches: Any = trainer.fit_loop.epoch_loop.batch_progress
    return lambda: (epochs.current.processed, batches.current.processed)


def training_length(trainer: pl.Trainer, batches: int) -> Length:
    """Steps and epochs of a training of `batches` batches an epoch, from the trainer's limits.

    Lightning's own estimate would start the loader before the position of a resumed run is known.
    Raises ConfigError if the training has no stated end.
    """
    limit = trainer.limit_train_batches
    batches = min(batches, limit) if isinstance(limit, int) else int(batches * limit)
    per_epoch = max(1, -(-batches // trainer.accumulate_grad_batches))
    bounds = []
    if trainer.max_epochs is not None and trainer.max_epochs >= 0:
        bounds.append(trainer.max_epochs * per_epoch)
    if trainer.max_steps >= 0:
        bounds.append(trainer.max_steps)
    if not bounds:
        raise ConfigError("trainer.max_epochs: -1 without max_steps has no end; give one of the two")
    return Length(min(bounds), -(-min(bounds) // per_epoch))


def table(rows: list[dict[str, float]]) -> str:
    """Rows of figures as CSV, one column per name in order of appearance.

    >>> print(table([{"epoch": 1.0, "loss": 0.5}]), end="")
    epoch,loss
    1,0.5
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([f"{row[name]:.10g}" if name in row else "" for name in names])
    return text.getvalue()
