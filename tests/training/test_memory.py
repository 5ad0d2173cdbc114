"""What a step keeps, counted by shapes, against what torch keeps; what is told where it is too much."""

import re
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from tests.training.tiny_data import write_tiny
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.data.settings import DataSettings, Input
from weldfusion.errors import ConfigError
from weldfusion.systems.sizes import SAMPLES, dry_pass
from weldfusion.training import memory
from weldfusion.training.memory import counted
from weldfusion.training.rehearsal import rehearse
from weldfusion.training.settings import FitSettings, TrainingSettings
from weldfusion.training.several import plans


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


class Deciding(nn.Module):
    """Looks at a value, which shapes alone do not have."""

    def forward(self, x):
        return x if float(x.detach().sum()) < 1e9 else -x


def test_a_pass_by_shapes_that_fails_half_way_counts_for_nothing():
    numbers = []
    for last in (nn.Identity(), Deciding()):
        model = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), last)
        with counted(model) as found:
            dry_pass("part", model, lambda device: (torch.zeros(SAMPLES, 3, device=device),))
        numbers.append(found)
    assert numbers[0] == numbers[1] == [SAMPLES * 5] * 3


def test_tensors_within_a_tuple_count():
    """Of an LSTM over 7 places: its states at all of them, the last one, the last cell."""
    model = nn.LSTM(3, 5, batch_first=True)
    with counted(model) as found:
        dry_pass("part", model, lambda device: (torch.zeros(SAMPLES, 7, 3, device=device),))
    assert found == [SAMPLES * 7 * 5, SAMPLES * 5, SAMPLES * 5]


@pytest.mark.parametrize(("devices", "size", "expected"), [
    (1, 10, ""),
    (1, 11, "11 windows a step take .* set training.batch_size to at most 10, "),
    (2, 20, ""),
    (2, 22, "11 windows a step for each of 2 GPUs take .* set training.batch_size to at most 20, "),
])  # fmt: skip
def test_gpus_share_a_batch(windows, monkeypatch, recwarn, devices, size, expected):
    """Of which each holds 10 windows."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(memory, "memory_of", lambda device: 20 * memory.inputs_bytes(windows.flows))
    trainer = {"accelerator": "gpu", "devices": devices, "precision": "32-true"}
    planned = plans(TrainingSettings(batch_size=size), trainer)
    memory.warn_of_memory(nn.Identity(), windows, [], planned)
    told = "".join(str(one.message) for one in recwarn)
    assert re.search(expected, told) if expected else not told


def test_the_memory_of_a_gpu_is_read_without_taking_some_of_it(monkeypatch):
    """A stand-in for CUDA, whose `mem_get_info` opens a context (pytorch issue 86493)."""
    has = SimpleNamespace(total_memory=80 * 2**30)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: has)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: pytest.fail("opens a context"))
    assert memory.memory_of(torch.device("cuda")) == 80 * 2**30


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
