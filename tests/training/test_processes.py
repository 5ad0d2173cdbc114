"""Training by several processes, from the command line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.training import ranks
from tests.training.fake import FakeWindows, fresh_model, largest_difference
from tests.training.tiny_data import write_tiny
from weldfusion.errors import ConfigError, RunError
from weldfusion.run import Run
from weldfusion.training.network import NetworkStage
from weldfusion.training.processes import check_launch, is_first, one_process_after, wait_for
from weldfusion.training.settings import TrainingSettings

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
    warnings = done.stderr.splitlines()
    assert len([line for line in warnings if "batch normalisation sees the share" in line]) == 1
    assert all(line.startswith("weldfusion: warning: ") for line in warnings), done.stderr
    run = Run(tmp_path / "r")
    assert run.folder.info()["status"] == "finished"
    assert run.predictions()[1]["weld"].nunique() == 24


def test_more_processes_than_windows_of_a_batch_are_refused_in_one_line(tmp_path):
    trainer = {"accelerator": "cpu", "devices": 2}
    stage = NetworkStage(TrainingSettings(batch_size=1), trainer, 0.0, 0)
    with pytest.raises(ConfigError) as found:
        stage.run(fresh_model(), FakeWindows(5), None, None, tmp_path)
    assert str(found.value) == (
        "trainer.devices: 2 processes for 1 windows (of a batch, or of the fit or select part); each needs "
        "at least one"
    )


def test_another_number_of_processes_than_asked_for_is_told(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "4")
    check_launch(4)
    with pytest.raises(ConfigError, match=r"trainer\.devices: .* makes 2 processes, but 4 were started"):
        check_launch(2)


def test_a_launched_process_ends_after_the_training(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert not is_first()
    with pytest.raises(SystemExit) as ended, one_process_after():
        pass
    assert ended.value.code == 0


def test_a_file_that_the_first_process_never_writes_is_told(tmp_path):
    with pytest.raises(RunError, match="all machines need the same folder"):
        wait_for(tmp_path / "run.json", most_s=0)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    ranks.train_on_two(folder)
    return last(folder)


def last(folder):
    return torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)


def rows(checkpoint):
    return next(iter(checkpoint["callbacks"].values()))["rows"]


def test_two_processes_train_and_evaluate_like_one(tmp_path, two):
    ranks.train(1, tmp_path)
    one = last(tmp_path)
    assert largest_difference(one["state_dict"], two["state_dict"]) < 1e-6
    for name in ("select_loss", "train_loss"):
        expected = [row[name] for row in rows(one)]
        assert [row[name] for row in rows(two)] == pytest.approx(expected, abs=1e-6)


def test_a_killed_process_ends_the_training_and_it_goes_on_where_it_was(tmp_path, two):
    with pytest.raises(RunError, match=r"process 2 of 2 was ended by SIGKILL .* fit again to go on"):
        ranks.train_on_two(tmp_path, die=9)
    assert last(tmp_path)["global_step"] == 9
    ranks.train_on_two(tmp_path)
    resumed = last(tmp_path)
    assert largest_difference(resumed["state_dict"], two["state_dict"]) == 0
    assert [row["select_loss"] for row in rows(resumed)] == [row["select_loss"] for row in rows(two)]
    assert [row["train_loss"] for row in rows(resumed)] == pytest.approx(
        [row["train_loss"] for row in rows(two)], abs=1e-12
    )
