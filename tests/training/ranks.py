"""Trains a model without batch statistics on several processes: `ranks.py DEVICES FOLDER`."""

import sys
from pathlib import Path

import torch
from torch import nn

from tests.training.fake import FakeModel, FakeWindows
from weldfusion.training.network import NetworkStage
from weldfusion.training.settings import TrainingSettings


def train(devices: int, folder: Path) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = FakeModel()
    model.curve = nn.Sequential(nn.Conv1d(2, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(56, 8))
    trainer = {
        "max_epochs": 2,
        "accelerator": "cpu",
        "precision": "32-true",
        "devices": devices,
        "strategy": "ddp" if devices > 1 else "auto",
    }
    stage = NetworkStage(TrainingSettings(batch_size=8), trainer, 0.3, 7)
    stage.run(model, FakeWindows(53), FakeWindows(20, 1000), None, folder)


if __name__ == "__main__":
    train(int(sys.argv[1]), Path(sys.argv[2]))
