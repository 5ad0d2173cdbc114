"""A training that cannot work ends in one line with cause and way out, and what was good is kept."""

import json
import re
from functools import partial

import numpy as np
import pytest
import torch
from torch.optim import SGD

from tests.training.fake import FakeModel, FakeWindows, fresh_model, stage
from tests.training.tiny_data import write_tiny
from weldfusion.cli.main import main
from weldfusion.errors import RunError
from weldfusion.systems.graph import FusionModel
from weldfusion.training.atomic import load_state
from weldfusion.training.limits import limits_told

OVERRIDES = {
    "data.windows.length_s": 0.2,
    "trainer.max_epochs": 1,
    "trainer.accelerator": "cpu",
    "training.batch_size": 8,
}
ALLOCATOR = "[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory: you tried …"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate 2 GiB"),
            "memory of the GPU is too small for 8 windows a step; set training.batch_size to 4",
        ),
        (
            MemoryError(),
            "memory of this machine is too small for 8 windows a step; set training.batch_size to 4",
        ),
        (RuntimeError(ALLOCATOR), "memory of this machine is too small"),
        (RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed."), "lower data.workers"),
    ],
)
def test_cause_and_suggestion_in_one_line(error, message, tmp_path):
    with pytest.raises(RunError, match=message) as caught, limits_told(8, tmp_path / "last.ckpt"):
        raise error
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith("; no checkpoint was written yet")


def test_the_real_allocator_is_understood():
    with pytest.raises(RunError, match="memory of this machine"), limits_told(8):
        torch.empty(2**55, dtype=torch.uint8)


def test_a_single_window_is_not_halved():
    with pytest.raises(RunError, match="lower size, frames or rate"), limits_told(1):
        raise MemoryError


def test_other_errors_stay_what_they_are():
    with pytest.raises(RuntimeError, match="shapes") as caught, limits_told(8):
        raise RuntimeError("shapes differ")
    assert not isinstance(caught.value, RunError)


def test_out_of_memory_in_a_later_epoch_keeps_the_last_good_checkpoint(tmp_path, monkeypatch):
    steps, real = [], FakeModel.training_loss

    def loss(self, batch, hide=None):
        steps.append(1)
        if len(steps) == 8:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(self, batch, hide)

    monkeypatch.setattr(FakeModel, "training_loss", loss)
    with pytest.raises(
        RunError, match=r"GPU is too small for 8 .* last good checkpoint is kept \(.*last\.ckpt\)"
    ):
        stage(every_s=1e9).run(fresh_model(), FakeWindows(40), FakeWindows(8, 40), None, tmp_path)
    kept = load_state(tmp_path / "checkpoints" / "last.ckpt", "global_step", "state_dict")
    assert kept["global_step"] == 5
    assert all(bool(torch.isfinite(value).all()) for value in kept["state_dict"].values())


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("data") / "tiny")


def words(root, folder, *more):
    given = [word for key, value in OVERRIDES.items() for word in (f"--{key}", json.dumps(value))]
    return ["fit", str(root), "--folder", str(folder), *given, *more]


def test_a_huge_learning_rate_from_the_command_line(root, tmp_path, capsys):
    huge = ["--training.optimizer", "SGD", "--training.optimizer.lr", "1e30"]
    code = main(words(root, tmp_path / "run", *huge))
    told = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert code != 0
    assert len(told) == 1
    assert re.search(r"the loss is not finite at a learning rate of \d\S*e\+(29|30)", told[0])
    assert "lower lr of training.optimizer" in told[0]
    assert not list((tmp_path / "run").rglob("2-network*.pt"))
    for file in (tmp_path / "run").rglob("*.ckpt"):
        state = load_state(file, "state_dict")["state_dict"]
        assert all(np.isfinite(value.numpy()).all() for value in state.values())


def test_what_one_step_has_spoiled_is_not_kept(tmp_path):
    """One step an epoch: its own loss is finite, but not what the weights that it leaves give."""
    big = stage(every_s=1e9, batch_size=64, optimizer=partial(SGD, lr=1e35), augment=None)
    with pytest.raises(RunError, match=r"(select part|a weight) is not finite at a learning rate") as caught:
        big.run(fresh_model(), FakeWindows(40), FakeWindows(8, 40), None, tmp_path)
    assert "at a learning rate of 1e+35;" in str(caught.value)  # that of the step, not what comes after it
    assert str(caught.value).endswith("; no checkpoint was written yet")
    assert not list(tmp_path.rglob("*.ckpt"))


def test_out_of_memory_before_the_first_step_from_the_command_line(root, tmp_path, capsys, monkeypatch):
    def loss(self, batch, hide=None):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(FusionModel, "training_loss", loss)
    code = main(words(root, tmp_path / "run"))
    told = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert code != 0
    assert len(told) == 1
    assert "set training.batch_size to" in told[0]
