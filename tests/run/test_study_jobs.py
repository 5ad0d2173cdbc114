"""Cells share the threads of the machine, or have a GPU each."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from weldfusion.data.folder import Dataset
from weldfusion.run import study_jobs
from weldfusion.run.study_jobs import slots
from weldfusion.run.study_plan import Planned
from weldfusion.studies.study import Cell, Row
from weldfusion.training.settings import FitSettings


@pytest.fixture
def planned(monkeypatch):
    monkeypatch.setattr(study_jobs, "_threads", lambda: 8)
    settings = FitSettings(trainer={"accelerator": "cpu"})
    nothing = Dataset(Path("d"), None, (), ())
    one = Planned(Cell(Row("a"), 1.0), settings, {"seeds": 1}, nothing, [], Path("s"), Path("r"))
    return [one] * 5


@pytest.mark.parametrize(("jobs", "threads"), [(None, [8]), (2, [4, 4]), (3, [2, 2, 2]), (9, [1] * 5)])
def test_threads_are_shared(planned, jobs, threads):
    assert [int(slot.variables["OMP_NUM_THREADS"]) for slot in slots(planned, jobs)] == threads


@pytest.mark.parametrize(("jobs", "visible", "expected", "told"), [
    (None, None, ["0", "1"], ""),
    (2, "4,7,9", ["4", "7"], ""),
    (4, None, ["0", "1"], "--jobs 4: 2 GPU here"),
    (1, None, [None], ""),
])  # fmt: skip
def test_a_gpu_each(planned, monkeypatch, jobs, visible, expected, told):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    gpu = [replace(one, settings=FitSettings(trainer={"accelerator": "gpu"})) for one in planned]
    said = []
    assert [slot.variables.get("CUDA_VISIBLE_DEVICES") for slot in slots(gpu, jobs, said.append)] == expected
    assert "".join(said).startswith(told)
    assert bool(said) == bool(told)
