"""Training by several processes, from the command line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.tiny_data import write_tiny
from weldfusion.run import Run
from weldfusion.training.processes import is_first, one_process_after

ROOT = Path(__file__).parents[2]


def fit(folder, *words):
    command = [sys.executable, "-m", "weldfusion", "fit", str(folder / "tiny"), "--folder", str(folder / "r")]
    words = (*words, "--trainer.devices=2", "--trainer.accelerator=cpu", "--data.windows.length_s=0.2")
    return subprocess.run(
        [*command, "--trainer.max_epochs=2", *words],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=180,
    )


@pytest.mark.slow
def test_two_processes_train_all_folds_and_one_is_left(tmp_path):
    write_tiny(tmp_path / "tiny")
    done = fit(tmp_path, "--training.batch_size=8", "--folds=2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("fold2, seed 0, in") == 1
    assert done.stdout.count("next: weldfusion evaluate") == 1
    run = Run(tmp_path / "r")
    assert run.folder.info()["status"] == "finished"
    assert run.predictions()[1]["weld"].nunique() == 24


@pytest.mark.slow
def test_more_processes_than_windows_of_a_batch_are_refused_in_one_line(tmp_path):
    write_tiny(tmp_path / "tiny")
    done = fit(tmp_path, "--training.batch_size=1")
    assert done.returncode == 2
    errors = [line for line in done.stderr.splitlines() if "warning:" not in line]
    assert errors == [
        "weldfusion: error: trainer.devices: 2 processes for 1 windows (of a batch, or of the fit or select "
        "part); each needs at least one"
    ]


def test_what_a_launcher_left_in_the_environment_goes(monkeypatch):
    for name in ("LOCAL_RANK", "WORLD_SIZE", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with one_process_after():
        os.environ.update(LOCAL_RANK="0", WORLD_SIZE="2", MASTER_PORT="1")
    assert "LOCAL_RANK" not in os.environ
    assert "WORLD_SIZE" not in os.environ


def test_a_launched_process_ends_after_the_training(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    assert not is_first()
    with pytest.raises(SystemExit) as ended, one_process_after():
        pass
    assert ended.value.code == 0
