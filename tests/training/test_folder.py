import json
import sys
from importlib.metadata import version

import pytest
import torch

import weldfusion
from weldfusion.errors import RunError
from weldfusion.training.folder import RunFolder, open_run

CONFIG = {"model": {"encoders": {"sound": {"class_path": "X"}}}, "seed": 0, "trainer": {"max_epochs": 3}}


def test_new_run_and_the_same_again(tmp_path):
    run = open_run(tmp_path / "a", CONFIG, [("fold-1", 0), ("fold-1", 1)])
    assert run.resolved() == CONFIG
    info = run.info()
    assert info["status"] == "unfinished"
    assert info["weldfusion"] == weldfusion.__version__
    assert (
        info["packages"]["torch"] == torch.__version__.split("+")[0]
        or info["packages"]["torch"] == torch.__version__
    )
    assert info["threads"] == torch.get_num_threads()
    kept = dict(line.split("==") for line in run.environment.read_text().splitlines())
    assert kept["torch"] == version("torch")
    assert {"numpy", "weldfusion"} <= set(kept)
    run.note(status="finished")
    again = open_run(tmp_path / "a", CONFIG, [("fold-1", 0), ("fold-1", 1)])
    assert again.info() == {**info, "status": "finished"}
    assert again.folds() == [("fold-1", 0), ("fold-1", 1)]
    assert again.fold("fold-1", 1) == tmp_path / "a" / "fold-1-seed1"


def test_another_config_is_refused_with_the_key(tmp_path):
    open_run(tmp_path, CONFIG, [])
    with pytest.raises(RunError, match=r"another config \(trainer.max_epochs differs\)"):
        open_run(tmp_path, {**CONFIG, "trainer": {"max_epochs": 4}}, [])


@pytest.mark.parametrize("content", [None, "no json", json.dumps({"schema": 99})])
def test_not_a_run_folder(tmp_path, content):
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(RunError, match=r"run folder|schema 99, expected 1"):
        RunFolder(tmp_path).info()


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(RunError, match="is not a run folder"):
        open_run(tmp_path, CONFIG, [])
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def trained(run, fold, seed):
    (run.fold(fold, seed)).mkdir(parents=True)
    (run.fold(fold, seed) / "2-network.pt").touch()


def folds_of(seeds):
    return [(fold, seed) for fold in ("fold1", "fold2") for seed in range(seeds)]


def test_more_seeds_renew_folds_and_config_and_fewer_are_refused(tmp_path):
    run = open_run(tmp_path, {**CONFIG, "seeds": 1}, folds_of(1))
    trained(run, "fold1", 0)
    run.note(status="finished")
    open_run(tmp_path, {**CONFIG, "seeds": 3}, folds_of(3))
    assert run.folds() == folds_of(3)
    assert run.resolved() == {**CONFIG, "seeds": 3}
    assert run.info()["status"] == "unfinished"
    open_run(tmp_path, {**CONFIG, "seeds": 2}, folds_of(2))  # of the third none is there yet
    assert run.folds() == folds_of(2)
    trained(run, "fold1", 1)
    with pytest.raises(RunError, match=r"has networks of 2 seeds, 1 asked for; fit it with --seeds 2"):
        open_run(tmp_path, {**CONFIG, "seeds": 1}, folds_of(1))
    with pytest.raises(RunError, match=r"another config \(seed differs\)"):
        open_run(tmp_path, {**CONFIG, "seed": 1, "seeds": 3}, folds_of(3))


def test_the_command_is_that_of_the_last_fit(tmp_path, monkeypatch):
    for command in (["weldfusion", "fit"], ["weldfusion", "fit", "--seeds", "3"]):
        monkeypatch.setattr(sys, "argv", command)
        open_run(tmp_path, CONFIG, folds_of(1))
        assert json.loads((tmp_path / "run.json").read_text())["command"] == command


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1)])
def test_other_seeds_after_a_kill_between_config_and_folds(before, after, tmp_path):
    run = open_run(tmp_path, {**CONFIG, "seeds": before}, folds_of(before))
    trained(run, "fold1", 0)
    run.config.write_text(run.config.read_text().replace(f"seeds: {before}", f"seeds: {after}"))
    open_run(tmp_path, {**CONFIG, "seeds": after}, folds_of(after))
    assert run.folds() == folds_of(after)
