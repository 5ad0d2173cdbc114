"""A whole run with several gradient stages and a late fusion that learns after them."""

import re
import shutil
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

from tests.training.fake import largest_difference
from tests.training.staged_run import STAGED, fit_staged
from tests.training.tiny_data import write_tiny
from weldfusion.config.load import load_settings
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.data.split_file import read_split
from weldfusion.errors import RunError
from weldfusion.run import Run
from weldfusion.run.histories import histories
from weldfusion.training import network
from weldfusion.training.atomic import load_state
from weldfusion.training.fit import fit_run
from weldfusion.training.folder import RunFolder
from weldfusion.training.folds import fold_data
from weldfusion.training.loader import in_order
from weldfusion.training.out_of_fold import inner_folds, without
from weldfusion.training.task import Task

pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")
STATES = [
    "1-statistics.pt",
    "2-network.1.pt",
    "2-network.2.pt",
    "2-network.pt",
    "3-fusion.pt",
    "3-temperature.pt",
]


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("data") / "tiny")


@pytest.fixture(scope="module")
def whole(root, tmp_path_factory):
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("runs") / "whole"
    fit_staged(root, folder)
    return folder


def fold_of(folder):
    return folder / "holdout-seed0"


def test_states_and_figures_of_each_stage(whole):
    fold = fold_of(whole)
    assert sorted(file.name for file in fold.glob("*.pt")) == STATES
    for number, batches in ((1, 2), (2, 3)):
        assert not (fold / f"stage{number}" / "checkpoints").exists()
        assert load_state(fold / f"2-network.{number}.pt")["history"][-1]["epoch"] == batches
    table = pd.read_csv(fold / "metrics.csv")
    assert table["stage"].tolist() == [1, 1, 2, 2, 2]
    assert table["epoch"].tolist() == [1, 2, 1, 2, 3]
    assert list(histories(RunFolder(whole))) == [
        "holdout seed 0 stage 1",
        "holdout seed 0 stage 2",
    ]


def test_each_stage_changes_its_own_branch_only(whole):
    first, last = (load_state(fold_of(whole) / name)["model"] for name in ("2-network.1.pt", "2-network.pt"))
    changed = {name for name in last if not torch.equal(first[name], last[name])}
    assert changed
    assert all("of_settings" in name for name in changed)


def test_the_network_of_a_fold_is_trained_once_and_so_are_the_inner_ones(root, tmp_path, monkeypatch, whole):
    """Interrupted at the end of each gradient training, before its state: 2 own stages and 2 of each of 4
    inner networks, none of them twice."""
    real, calls = network.NetworkStage.run, []

    def interrupted(self, *arguments):
        calls.append(self.title)
        outcome = real(self, *arguments)
        if len(calls) in (1, 2, 5):
            raise KeyboardInterrupt
        return outcome

    monkeypatch.setattr(network.NetworkStage, "run", interrupted)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            fit_staged(root, tmp_path / "r")
    fit_staged(root, tmp_path / "r")
    assert len(set(calls)) == 10
    assert len(calls) == 13
    assert_equal(tmp_path / "r", whole)


def assert_equal(run, other):
    for name in STATES[1:4]:
        a, b = (load_state(fold_of(folder) / name)["model"] for folder in (run, other))
        assert largest_difference(a, b) == 0
    for name in STATES[4:]:
        assert repr(load_state(fold_of(run) / name)) == repr(load_state(fold_of(other) / name))
    metrics = [(fold_of(folder) / "metrics.csv").read_text() for folder in (run, other)]
    assert metrics[0] == metrics[1]


def test_steps_are_told_with_those_of_calibration_and_with_the_length_of_each_stage(
    root, tmp_path, monkeypatch
):
    real, done, said = Task.training_step, [], []

    def counted(self, *arguments):
        done.append(1)
        return real(self, *arguments)

    monkeypatch.setattr(Task, "training_step", counted)
    settings, resolved = load_settings((), {"data.root": str(root), **STAGED}, trust=("tests",))
    fit_run(settings, resolved, tmp_path / "r", say=said.append)
    text = "\n".join(said)
    inner = re.search(r"(\d+) steps, (\d+) of them for calibration", text)
    assert int(inner[1]) == len(done)
    own = sum(load_state(fold_of(tmp_path / "r") / name)["history"][-1]["epoch"] for name in STATES[1:3])
    assert int(inner[2]) > 2 * own
    assert "stage 2 (settings) has its own max_epochs, 3: trainer.max_epochs (2) does not count" in text
    assert "stage 1" not in text


def test_inner_networks_keep_states_only_and_are_not_trained_again(root, tmp_path, monkeypatch, whole):
    """Also where a process was killed after the last state of an inner network, checkpoints still there."""
    inner = sorted(fold_of(whole).glob("calibration*"))
    assert len(inner) == 4
    assert not [path for folder in inner for path in folder.rglob("*.ckpt")]
    shutil.copytree(whole, tmp_path / "r")
    fold = fold_of(tmp_path / "r")
    for name in STATES[4:]:
        (fold / name).unlink()
    left = fold / "calibration4" / "stage2" / "checkpoints"
    left.mkdir()
    (left / "last.ckpt").write_bytes(b"of a killed process")
    monkeypatch.setattr(network.NetworkStage, "run", None)
    fit_staged(root, tmp_path / "r")
    assert_equal(tmp_path / "r", whole)
    assert not left.exists()


def test_killed_between_stages(root, tmp_path, whole):
    command = [sys.executable, "-m", "tests.training.killed_stage", str(root), str(tmp_path / "r"), STATES[1]]
    assert subprocess.run(command, timeout=200, check=False).returncode == -signal.SIGKILL
    assert sorted(file.name for file in fold_of(tmp_path / "r").glob("*.pt")) == STATES[:2]
    fit_staged(root, tmp_path / "r")
    assert_equal(tmp_path / "r", whole)


def test_the_fusion_learns_from_inner_networks_that_did_not_see_the_welds(root, whole):
    """Accuracy of each modality alone over the out-of-fold predictions, found again from the inner states."""
    run = Run(whole, trust=("tests",))
    dataset = read_dataset(root)
    windows = WeldWindows(dataset, run.settings.data)
    right = {"curve": [], "settings": []}
    training = {weld for part in ("fit", "select") for weld in run.welds("holdout", part)}
    seen = set()
    for inner in sorted(fold_of(whole).glob("calibration*")):
        model = run.predictor("holdout", 0).model
        model.load_state_dict(load_state(inner / "2-network.pt")["model"])
        table = load_state(inner / "1-statistics.pt")["buffers"]["standardise.of_settings.mean"]
        held = [weld for weld in sorted(training) if weld in lot_of(inner, training, dataset, table)]
        seen.update(held)
        part = windows.subset(held)
        for rows in in_order(len(part), 8):
            batch = part.__getitems__(rows)
            with torch.no_grad():
                features, here = model.features(batch, {})
                said = model.join.alone(features)["defect"]
            for name, raw in said.items():
                chosen = here[name] & batch.targets["defect"].known
                hits = raw.argmax(dim=1) == batch.targets["defect"].value
                right[name] += hits[chosen].tolist()
    assert seen == training
    state = load_state(fold_of(whole) / "3-fusion.pt")["fusions"]["defect"]
    expected = [np.mean(right[name]) for name in ("curve", "settings")]
    np.testing.assert_allclose(state["fusion"]["weight"], expected, rtol=1e-6)
    assert set(state["temperature"]) == {"curve", "settings"}


def test_the_prediction_joins_all_states(root, whole):
    """By hand: outputs of each modality alone, by their temperatures, weighed by accuracy, tempered again."""
    run = Run(whole, trust=("tests",))
    predictor = run.predictor("holdout", 0)
    batch = WeldWindows(read_dataset(root), run.settings.data).__getitems__(list(range(12)))
    fusion = load_state(fold_of(whole) / "3-fusion.pt")["fusions"]["defect"]
    last = load_state(fold_of(whole) / "3-temperature.pt")["temperature"]["defect"]
    with torch.no_grad():
        features, here = predictor.model.features(batch, {})
        said = predictor.model.join.alone(features)["defect"]
    chance = weight = 0.0
    for name, share in zip(("curve", "settings"), fusion["fusion"]["weight"], strict=True):
        own = here[name].float()[:, None] * share
        chance = chance + own * torch.softmax(said[name] / fusion["temperature"][name], dim=1)
        weight = weight + own
    expected = torch.softmax((chance / weight).log() / last, dim=1)
    found = torch.softmax(predictor.raw(batch)["defect"], dim=1)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_calibration_part_stays_apart_where_the_fusion_learns_from_it(tmp_path):
    more = {
        "training.stages": None,
        "training.calibrate": False,
        "split.calibrate": 0.3,
        "trainer.max_epochs": 1,
    }
    root, folder = write_tiny(tmp_path / "tiny", welds=48, groups=48), tmp_path / "r"
    fit_staged(root, folder, **more)
    assert Run(folder, trust=("tests",)).welds("holdout", "calibrate")
    assert sorted(file.name for file in fold_of(folder).iterdir() if "calibration" in file.name) == []
    names = sorted(file.name for file in fold_of(folder).glob("*.pt"))
    assert names == ["1-statistics.pt", "2-network.pt", "3-fusion.pt"]
    plain = tmp_path / "plain"
    fit_staged(root, plain, **{**more, "model.fusion": "MeanProbability"})
    assert not Run(plain).welds("holdout", "calibrate")
    (fold_of(folder) / "3-fusion.pt").unlink()
    with pytest.raises(RunError, match="not finished; run the same fit again"):
        Run(folder, trust=("tests",)).predictor("holdout", 0)


def lot_of(inner, training, dataset, mean):
    """The welds that an inner fold held out: whole days without which the table has this mean."""
    run = Run(inner.parent.parent, trust=("tests",))
    (fold,) = read_split(run.folder.split)
    data = fold_data(run.settings, WeldWindows(dataset, run.settings.data), fold)
    lot = inner_folds(data, fold, 0)[int(inner.name.removeprefix("calibration")) - 1]
    kept = without(data, lot).fit.welds
    table = [weld.values["settings"] for weld in dataset.welds if weld.id in kept]
    np.testing.assert_allclose(mean, np.mean(table, axis=0), rtol=1e-5)
    return lot
