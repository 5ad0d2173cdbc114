"""A run fitted again with more seeds keeps its networks and ends as one with all seeds from the start."""

import json
import shutil

import pandas as pd
import pytest
import torch

import weldfusion as wf
from tests.training.tiny_data import write_tiny
from weldfusion.errors import RunError, WeldfusionWarning
from weldfusion.run import evaluation
from weldfusion.training.atomic import load_state
from weldfusion.training.folder import RunFolder

OVERRIDES = {
    "data.windows.length_s": 0.2, "data.targets": ["defect"], "trainer.max_epochs": 2,
    "trainer.accelerator": "cpu", "training.batch_size": 8, "split": "KFold", "split.k": 2,
}  # fmt: skip
FILES = ("1-statistics.pt", "2-network.pt")
pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("data") / "tiny")


def fitted(root, folder, seeds, say=lambda line: None):
    torch.set_num_threads(1)
    return wf.fit((), {"data.root": str(root), **OVERRIDES, "seeds": seeds}, folder=folder, say=say)


def network_files(run):
    return [run.folder.fold(*one) / file for one in run.folds for file in FILES]


@pytest.fixture(scope="module")
def grown(root, tmp_path_factory):
    """A run of one seed, evaluated, then fitted again with three; its files before, what was told."""
    folder, lines = tmp_path_factory.mktemp("runs") / "r", []
    run = fitted(root, folder, 1)
    run.evaluate()
    (folder / "explanation").mkdir()
    before = {file: file.stat().st_mtime_ns for file in network_files(run)}
    again = fitted(root, folder, 3, lines.append)
    return again, before, lines


def test_what_is_trained_stays_and_the_rest_is_trained(grown):
    run, before, lines = grown
    assert len(before) == 2 * len(FILES)
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert all(file.is_file() for file in network_files(run))
    assert run.folds == [(fold, seed) for fold in ("fold1", "fold2") for seed in range(3)]
    assert run.folder.info()["status"] == "finished"
    assert run.settings.seeds == 3
    assert not [line for line in lines if "seed 0" in line]
    assert f"{run.folder.path / 'evaluation'} is of fewer networks: evaluate again" in lines
    assert f"{run.folder.path / 'explanation'} is of fewer networks: explain again" in lines


def test_it_is_the_run_with_all_seeds_from_the_start(grown, root, tmp_path_factory):
    run, *_ = grown
    whole = fitted(root, tmp_path_factory.mktemp("whole") / "r", 3)
    assert run.folds == whole.folds
    assert run.folder.resolved() == whole.folder.resolved()
    for fold, seed in whole.folds:
        ours, theirs = (load_state(one.folder.fold(fold, seed) / "2-network.pt") for one in (run, whole))
        assert all(torch.equal(ours["model"][name], theirs["model"][name]) for name in theirs["model"])
    for one in (run, whole):
        one.evaluate()
    for name in ("predictions.parquet", "predictions_weld.parquet"):
        ours, theirs = (pd.read_parquet(one.evaluation_folder() / name) for one in (run, whole))
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
    ours, theirs = ((one.evaluation_folder() / "metrics.json").read_bytes() for one in (run, whole))
    assert ours == theirs
    assert json.loads(ours)["targets"]["defect"]["weld"]["seeds"] == [0, 1, 2]


def test_an_evaluation_that_was_interrupted_has_no_metrics_of_other_predictions(grown, monkeypatch):
    run, *_ = grown
    run.evaluate()
    metrics = run.evaluation_folder() / "metrics.json"
    before = metrics.read_bytes()

    def killed(path, frame):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(evaluation, "write_frame", killed)
        with pytest.raises(KeyboardInterrupt):
            run.evaluate()
    assert not metrics.exists()
    run.evaluate()
    assert metrics.read_bytes() == before


def test_fewer_seeds_than_trained_are_refused_with_what_to_do(grown, root):
    run, *_ = grown
    with pytest.raises(
        RunError, match=r"has networks of 3 seeds, 2 asked for; fit it with --seeds 3, choose"
    ):
        fitted(root, run.folder.path, 2)
    assert run.folder.resolved()["seeds"] == 3


def test_more_seeds_under_other_versions_or_on_changed_data_are_told(root, tmp_path):
    data = shutil.copytree(root, tmp_path / "tiny")
    run = fitted(data, tmp_path / "r", 1)
    packages = {**run.folder.info()["packages"], "torch": "1.0"}
    run.folder.note(packages=packages)
    card = data / "dataset.yaml"
    card.write_text(card.read_text("utf-8") + "\n# made anew\n", "utf-8")
    told = rf"goes on otherwise than it began: card or manifest of {data} changed; torch 1\.0 →"
    with pytest.warns(WeldfusionWarning, match=told):
        fitted(data, tmp_path / "r", 2)
    assert any("torch 1.0" in line for line in RunFolder(tmp_path / "r").warnings())
