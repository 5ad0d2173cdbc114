"""Pretraining: its losses against closed forms, and what a pretrained run sees and keeps."""

import math
import re
import shutil

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.training.tiny_data import write_tiny
from weldfusion.config.load import load_settings
from weldfusion.data.batch import Batch
from weldfusion.data.card import TargetSpec
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.flow import Flow
from weldfusion.data.folder import read_dataset
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.errors import ConfigError
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.atomic import load_state
from weldfusion.training.fit import fit_run
from weldfusion.training.folds import fold_data, plan
from weldfusion.training.out_of_fold import without
from weldfusion.training.pretrain.autoencoder import Autoencoder
from weldfusion.training.pretrain.contrastive import nt_xent
from weldfusion.training.pretrain.pretraining import Stem

CONTRASTIVE = {
    "class_path": "Contrastive",
    "init_args": {"modality": "curve", "views": ["Noise"], "max_epochs": 2, "batch_size": 8},
}
OVERRIDES = {
    "data.windows.length_s": 0.2,
    "trainer.max_epochs": 1,
    "trainer.accelerator": "cpu",
    "training.batch_size": 8,
    "training.pretrain": CONTRASTIVE,
    "split": {"class_path": "HoldOut", "init_args": {"test": 0.25, "fraction": 0.5, "select": 0}},
}
pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


@given(count=st.integers(2, 9), temperature=st.floats(0.05, 2))
def test_equal_views_that_are_at_right_angles_to_all_others(count, temperature):
    views = torch.eye(count)
    loss = nt_xent(views, 3 * views, torch.ones(count, dtype=torch.bool), temperature)
    expected = math.log1p((2 * count - 2) * math.exp(-1 / temperature))
    assert loss.numpy() == pytest.approx(np.full(count, expected), abs=1e-5)


def test_absent_samples_are_compared_with_none():
    first, second = torch.randn(2, 5, 4, generator=torch.Generator().manual_seed(0))
    here = torch.tensor([True, False, True, True, False])
    loss = nt_xent(first, second, here, 0.3)
    assert loss[~here].tolist() == [0, 0]
    assert torch.allclose(
        loss[here], nt_xent(first[here], second[here], torch.ones(3, dtype=torch.bool), 0.3), atol=1e-6
    )


def pictures(count):
    """Pictures that are one of four halves, as bytes."""
    x = np.zeros((count, 1, 32, 32), np.uint8)
    for number in range(count):
        x[number, 0, :, :] = 40
        halves = (np.s_[:16, :], np.s_[16:, :], np.s_[:, :16], np.s_[:, 16:])
        x[(number, 0, *halves[number % 4])] = 200
    return Batch({"image": torch.from_numpy(x)}, {"image": torch.ones(count, dtype=torch.bool)}, {}, {})


def test_an_autoencoder_draws_what_it_was_shown():
    """The mean picture alone would leave an error of 1, the variance of standardised pixels."""
    torch.manual_seed(0)
    flow, target = Flow("image", 1, size=(32, 32)), TargetSpec("c", "class", classes=("a", "b"))
    model = FusionModel({"image": flow}, {"c": target}, Parts(encoders={"image": SmallCNN2d}))
    model.fit_statistics("image", np.array([120 / 255]), np.array([80 / 255]))
    objective, batch = Autoencoder("image").objective(Stem(model, "image")), pictures(16)
    assert float(objective(batch).mean().detach()) == pytest.approx(1.0, abs=0.3)
    optimiser = torch.optim.AdamW(objective.parameters(), 5e-3)
    for _ in range(60):
        optimiser.zero_grad()
        objective(batch).mean().backward()
        optimiser.step()
    assert float(objective(batch).mean().detach()) < 0.1


def test_an_autoencoder_refuses_a_curve():
    flow, target = Flow("waveform", 1, length=32), TargetSpec("c", "class", classes=("a", "b"))
    model = FusionModel({"curve": flow}, {"c": target})
    with pytest.raises(ConfigError, match="draws single pictures, and curve gives waveform; Contrastive"):
        Autoencoder("curve").objective(Stem(model, "curve"))


def run_of(root, folder, say=lambda line: None, **more):
    torch.set_num_threads(1)
    settings, resolved = load_settings((), {"data.root": str(root), **OVERRIDES, **more})
    return fit_run(settings, resolved, folder, say=say)


def encoder_of(run, file, prefix=""):
    ((fold, seed),) = run.folds()
    state = load_state(run.fold(fold, seed) / file)
    return state["encoder"] if not prefix else state["model"]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("data") / "tiny")


def test_no_truth_is_seen(root, tmp_path):
    """With other truths, which divide the welds the same way, the encoder is the same to the last bit."""
    other = tmp_path / "other"
    shutil.copytree(root, other)
    cells = [line.split(",") for line in (root / "manifest.csv").read_text().splitlines()]
    for row in cells[1:]:
        row[6] = f"{float(row[6]) ** 3:.3f}"
    (other / "manifest.csv").write_text("\n".join(",".join(row) for row in cells) + "\n")
    runs = [
        run_of(data, tmp_path / f"run {data.name}", **{"data.targets": ["force"]}) for data in (root, other)
    ]
    assert runs[0].split.read_text() == runs[1].split.read_text()
    ours, theirs = (encoder_of(run, "2-pretraining.pt") for run in runs)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    trained = [encoder_of(run, "2-network.pt", "model") for run in runs]
    assert any(not torch.equal(trained[0][name], trained[1][name]) for name in trained[0])


def test_unused_welds_are_seen_and_those_of_other_parts_are_not(root):
    settings, _ = load_settings((), {"data.root": str(root), **OVERRIDES})
    dataset = read_dataset(root)
    (fold,) = plan(settings, dataset, root / "nowhere")
    data = fold_data(settings, WeldWindows(dataset, settings.data), fold)
    assert fold.welds("unused")
    assert set(data.unlabelled.welds) == {*fold.welds("fit"), *fold.welds("unused")}
    held = frozenset(data.fit.welds[:3])
    assert not held & set(without(data, held).unlabelled.welds)


def test_training_goes_on_from_the_pretrained_encoder(root, tmp_path):
    """With a learning rate of 0 the network keeps it; the other sensor's encoder is as it began."""
    still = {"class_path": "torch.optim.SGD", "init_args": {"lr": 0.0}}
    run = run_of(root, tmp_path / "run", **{"training.optimizer": still})
    plain = run_of(root, tmp_path / "plain", **{"training.optimizer": still, "training.pretrain": None})
    model, begun = encoder_of(run, "2-network.pt", "model"), encoder_of(plain, "2-network.pt", "model")
    pretrained = encoder_of(run, "2-pretraining.pt")
    names = {name: next(full for full in model if full.endswith(f"curve.{name}")) for name in pretrained}
    weights = [name for name in names if name.endswith("weight")]
    assert all(torch.equal(model[names[name]], pretrained[name]) for name in weights)
    assert any(not torch.equal(begun[names[name]], pretrained[name]) for name in weights)
    table = [full for full in model if "encoders" in full and "settings" in full and full.endswith("weight")]
    assert table
    assert all(torch.equal(model[full], begun[full]) for full in table)


def test_views_that_do_not_suit_are_told_before_training(root, tmp_path):
    wrong = {"class_path": "Contrastive", "init_args": {"modality": "curve", "views": ["Noise", "Zoom"]}}
    with pytest.raises(ConfigError, match=r"training.pretrain.views.1: Zoom is for images, not for a signal"):
        run_of(root, tmp_path / "run", **{"training.pretrain": wrong})
    with pytest.raises(ConfigError, match=r"training.augment.curve.0: Turn is for images"):
        run_of(root, tmp_path / "run", **{"training.augment": {"curve": ["Turn"]}})
    assert not (tmp_path / "run").exists()


def test_an_unknown_modality_is_told_before_training(root, tmp_path):
    wrong = {"class_path": "Contrastive", "init_args": {"modality": "curv", "views": ["Noise"]}}
    with pytest.raises(
        ConfigError, match=r"training\.pretrain\.modality: curv is no modality here; did you mean curve"
    ):
        run_of(root, tmp_path / "run", **{"training.pretrain": wrong})


def test_the_loss_is_told_from_its_first_epoch_to_its_best(root, tmp_path):
    lines = []
    run = run_of(root, tmp_path / "run", lines.append)
    ((fold, seed),) = run.folds()
    table = pd.read_csv(run.fold(fold, seed) / "pretraining" / "metrics.csv")["train_loss"]
    (line,) = [line for line in lines if "curve pretrained on " in line]
    windows = load_state(run.fold(fold, seed) / "2-pretraining.pt")["windows"]
    told = rf"holdout seed 0, curve pretrained on {windows} windows: loss (\S+) → (\S+) \(epoch (\d) of 2\)"
    first, best, epoch = re.search(told, line).groups()
    assert (float(first), float(best)) == pytest.approx((table[0], table.min()), rel=1e-3)
    assert int(epoch) == table.argmin() + 1


@pytest.mark.parametrize(
    ("size", "told"), [(8, None), (17, "17: 2 steps an epoch, 4 in all"), (99, "99: 1 step")]
)
def test_few_windows_for_the_batches_are_warned_of(root, tmp_path, size, told, recwarn):
    asked = {**CONTRASTIVE, "init_args": {**CONTRASTIVE["init_args"], "batch_size": size}}
    run = run_of(root, tmp_path / "run", **{"training.pretrain": asked})
    ((fold, seed),) = run.folds()
    windows = load_state(run.fold(fold, seed) / "2-pretraining.pt")["windows"]
    assert (windows < 2 * size) == bool(told)
    lines = [line for line in run.warnings() if "training.pretrain" in line]
    assert len(lines) == bool(told)
    if told:
        assert f"training.pretrain: holdout has {windows} windows, under two batches of {told}" in lines[0]
