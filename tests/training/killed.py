"""Trains the fake model in a process of its own and kills it at a step: `killed.py FOLDER WORKERS STEP`.

STEP `epoch N` kills at the end of epoch N, after its checkpoint.
"""

import os
import signal
import sys
from pathlib import Path

import lightning.pytorch as pl
import torch

from tests.training.fake import FakeWindows, fresh_model, stage


class KillAt(pl.Callback):
    """SIGKILL to this process before optimiser step `step`."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_train_batch_start(self, trainer: pl.Trainer, *_: object) -> None:
        if trainer.global_step == self.step:
            os.kill(os.getpid(), signal.SIGKILL)


def train(folder: Path, workers: int, extra: tuple[pl.Callback, ...] = ()) -> None:
    torch.set_num_threads(1)
    stage(extra, workers).run(fresh_model(), FakeWindows(53), FakeWindows(20, 1000), None, folder)


if __name__ == "__main__":
    train(Path(sys.argv[1]), int(sys.argv[2]), (KillAt(int(sys.argv[3])),))
