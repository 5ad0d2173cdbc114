"""One of several gradient stages in one process or two, as `ranks.py`: `staged_ranks.py FOLDER NOTES`."""

import sys
from pathlib import Path

import torch

from tests.training.fake import FakeWindows
from tests.training.ranks import FLOWS, TARGETS, Plain, RareTable
from weldfusion.fusion.mean_probability import MeanProbability
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.launch import end_with_launcher, train_in_processes
from weldfusion.training.network import NetworkStage
from weldfusion.training.processes import one_process_after
from weldfusion.training.settings import TrainingSettings
from weldfusion.training.several import OfModalities, judged, only


def train(devices: int, folder: Path) -> None:
    """The table is rare: often a process has none in its share of a batch."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    parts = Parts(encoders={"curve": Plain, "table": Plain}, fusion=MeanProbability)
    model = FusionModel(FLOWS, TARGETS, parts)
    trainer = {"max_epochs": 2, "accelerator": "cpu", "precision": "32-true", "devices": devices}
    stage = NetworkStage(TrainingSettings(batch_size=8), trainer, 0.3, 7)
    fit, select = OfModalities(RareTable(53), ["table"]), OfModalities(FakeWindows(21, 1000), ["table"])
    with only(model, ["table"]):
        stage.run(judged(model), fit, select, None, folder)


def train_on_two(folder: Path) -> None:
    train_in_processes([sys.executable, "-m", "tests.training.staged_ranks", str(folder)], 2, 1)


if __name__ == "__main__":
    end_with_launcher()
    with one_process_after():
        train(2, Path(sys.argv[1]))
