"""Trains a model without batch statistics, on its own or as one of several processes.

`ranks.py FOLDER DIE NOTES`: in epoch 2 the second process kills itself before step `DIE`.
"""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import lightning.pytorch as pl
import numpy as np
import torch
from torch import Tensor, nn

from tests.training.fake import FakeWindows
from weldfusion.data.batch import Batch
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.launch import end_with_launcher, train_in_processes
from weldfusion.training.network import NetworkStage
from weldfusion.training.processes import one_process_after
from weldfusion.training.settings import TrainingSettings

FLOWS = {"curve": Flow("waveform", 2, length=16), "table": Flow("table", 3)}
TARGETS = {"defect": TargetSpec("defect", "class", classes=("good", "pore"))}


class Plain(Encoder):
    """No batch statistics and no dropout, whose masks differ between the processes."""

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self.out = Flow.features(8)
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(flow.shape)), 8), nn.Tanh())

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        return self.layers(x)


class RareTable(FakeWindows):
    """The table is there for every ninth window, so that often a process has none in a batch."""

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        batch = super().__getitems__(indices)
        return replace(batch, present={**batch.present, "table": torch.tensor(indices) % 9 == 0})


class Die(pl.Callback):
    def __init__(self, step: int) -> None:
        self.step = step

    def on_train_batch_start(self, trainer: pl.Trainer, *_: object) -> None:
        if trainer.global_rank == 1 and trainer.global_step == self.step:
            os.kill(os.getpid(), signal.SIGKILL)


def train(devices: int, folder: Path, extra: tuple[pl.Callback, ...] = ()) -> None:
    """53 windows in batches of 8, 21 to select by: neither divides by the batch nor by two processes."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = FusionModel(FLOWS, TARGETS, Parts(encoders={"curve": Plain, "table": Plain}))
    trainer = {"max_epochs": 2, "accelerator": "cpu", "precision": "32-true", "devices": devices}
    settings = TrainingSettings(batch_size=8)
    stage = NetworkStage(settings, trainer, 0.3, 7, extra=extra, every_s=0.0)
    stage.run(model, RareTable(53), RareTable(21, 1000), None, folder)


def train_on_two(folder: Path, die: int = -1) -> None:
    """The same in two processes. Raises RunError if one of them dies."""
    train_in_processes([sys.executable, "-m", "tests.training.ranks", str(folder), str(die)], 2, 1)


if __name__ == "__main__":
    end_with_launcher()
    with one_process_after():
        train(2, Path(sys.argv[1]), (Die(int(sys.argv[2])),))
    assert not torch.distributed.is_initialized()
