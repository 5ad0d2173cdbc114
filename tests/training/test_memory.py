"""What a step keeps, counted by shapes, against what torch keeps; what is told where it is too much."""

import re

import pytest
import torch
from torch import nn

from tests.training.tiny_data import write_tiny
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.data.settings import DataSettings, Input
from weldfusion.errors import ConfigError
from weldfusion.systems.sizes import SAMPLES
from weldfusion.training import memory
from weldfusion.training.memory import counted
from weldfusion.training.rehearsal import rehearse
from weldfusion.training.settings import FitSettings, TrainingSettings


@pytest.fixture
def windows(tmp_path):
    root = write_tiny(tmp_path / "tiny")
    return WeldWindows(read_dataset(root), DataSettings(str(root), {"curve": Input(samples=256)}, ["defect"]))


def rehearsed(windows, batch_size):
    training = TrainingSettings(batch_size=batch_size)
    rehearse(FitSettings(data=windows.settings, training=training, trainer={"accelerator": "cpu"}), windows)


def test_what_parts_give_is_about_what_torch_keeps_for_gradients():
    layers = [nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 8, 3, stride=2)]
    model, given = nn.Sequential(*layers, nn.ReLU()), torch.rand(SAMPLES, 3, 40, 40)
    with counted(model) as found:
        model(given)
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept = {}

    def keep(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.numel()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        model(given).sum().backward()
    needed = sum(count for place, count in kept.items() if place not in weights)
    assert needed <= sum(found) <= 1.5 * needed


def test_a_step_that_is_too_large_is_told_with_a_batch_that_fits(windows, monkeypatch, recwarn):
    monkeypatch.setattr(memory, "memory_of", lambda device: 3_000_000)
    rehearsed(windows, 16)
    (told,) = (str(one.message) for one in recwarn)
    size = int(re.search(r"set training\.batch_size to at most (\d+), choose shorter windows", told)[1])
    assert "this machine has 3.0 MB" in told
    recwarn.clear()
    rehearsed(windows, size)
    assert not list(recwarn)
    rehearsed(windows, size + 1)
    assert len(recwarn) == 1


def test_recordings_of_a_batch_that_cannot_be_held_end_it(windows, monkeypatch):
    a_window = 256 * torch.zeros(1).element_size()
    monkeypatch.setattr(memory, "memory_of", lambda device: 8 * a_window - 1)
    with pytest.raises(ConfigError, match=r"8 windows a step take about .* lower training\.batch_size, "):
        rehearsed(windows, 8)


def test_the_memory_of_this_machine_is_that_of_the_system_or_less(monkeypatch, tmp_path):
    whole = memory.memory_of(torch.device("cpu"))
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "LIMITS", (str(limit),))
    limit.write_text("max\n")
    assert memory.memory_of(torch.device("cpu")) >= whole > 1e8
    limit.write_text("123456789\n")
    assert memory.memory_of(torch.device("cpu")) == 123456789
