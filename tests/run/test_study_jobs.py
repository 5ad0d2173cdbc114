"""Cells share the threads of the machine, or have a GPU each."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from weldfusion.data.dealing import Fold
from weldfusion.data.folder import Dataset
from weldfusion.run import study_jobs
from weldfusion.run.study_jobs import Job, run_cells, slots
from weldfusion.run.study_plan import Planned
from weldfusion.studies.study import Cell, Row
from weldfusion.training.settings import FitSettings
from weldfusion.training.stages import NETWORK


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


def test_imports_before_the_first_cell_are_no_work_of_it(planned, monkeypatch, tmp_path):
    """Imports take 30 s, each cell 10 s, by a clock that only these move."""
    clock, said = [0.0], []

    def started(one, slot, folder, trust):
        clock[0] += 10.0
        (one.run / "fold1-seed0").mkdir(parents=True)
        (one.run / "fold1-seed0" / NETWORK).touch()
        return Job(one, SimpleNamespace(is_alive=lambda: False), slot)

    def imported():
        clock[0] += 30.0

    monkeypatch.setattr(study_jobs, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=lambda _: None))
    monkeypatch.setattr(study_jobs, "start_s", imported)
    monkeypatch.setattr(study_jobs, "start_cell", started)
    monkeypatch.setattr(study_jobs, "close_cell", lambda job, folder: None)
    fold = Fold("fold1", {"w1": "fit"})
    cells = [
        replace(planned[0], folds=[fold], run=tmp_path / name, cell=Cell(Row(name), 1.0)) for name in "abc"
    ]
    run_cells(cells, slots(cells, 1), tmp_path, (), said.append)
    assert clock == [60.0]
    assert [line.partition("; ")[2] for line in said] == ["about 20 s left", "about 10 s left", ""]
