"""The progress bar of a gradient stage: all epochs, loss, time left; cheap per step."""

from typing import Any

import lightning.pytorch as pl
from tqdm import tqdm

from weldfusion.training.checkpoint import LastAndBest
from weldfusion.training.task import Task


class Progress(pl.Callback):
    """One bar over all steps of the training.

    Args:
        title: what is trained, such as `fold 1 seed 0`.
        keeper: where best loss and epoch come from.
        seconds: least time between two drawings.
    """

    def __init__(self, title: str, keeper: LastAndBest, seconds: float = 0.5) -> None:
        self.title = title
        self.keeper = keeper
        self.seconds = seconds
        self.bar: Any = None

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        assert isinstance(pl_module, Task)
        self.bar = tqdm(
            total=pl_module.length.steps * trainer.accumulate_grad_batches,
            initial=trainer.fit_loop.total_batch_idx + 1,
            desc=self.title,
            unit="step",
            mininterval=self.seconds,
            dynamic_ncols=True,
            disable=True if not trainer.is_global_zero else None,
        )

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.bar.update(1)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        assert isinstance(pl_module, Task)
        best = self.keeper.best
        shown = f"epoch {trainer.current_epoch + 1}, loss {pl_module.sums.mean_loss():.4g}"
        self.bar.set_postfix_str(shown + (f", best {best:.4g}" if best < float("inf") else ""), refresh=False)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.bar.close()

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        if self.bar is not None:
            self.bar.close()
