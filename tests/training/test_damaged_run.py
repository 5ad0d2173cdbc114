"""Damaged run folders and settings that cannot work: one line with the place and what would be right."""

import json
import shutil

import pytest
import torch

import weldfusion as wf
from tests.training.tiny_data import write_tiny
from weldfusion.errors import ConfigError, RunError, WeldfusionError, WeldfusionWarning
from weldfusion.run.histories import histories
from weldfusion.training import fit_fold
from weldfusion.training.folder import RunFolder

pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")
OVERRIDES = {
    "data.windows.length_s": 0.2, "trainer.max_epochs": 1, "trainer.accelerator": "cpu",
    "training.batch_size": 8, "split": "KFold", "split.k": 2,
}  # fmt: skip


def fit(root, folder, **more):
    torch.set_num_threads(1)
    return wf.fit((), {"data.root": str(root), **OVERRIDES, **more}, folder=folder, say=lambda line: None)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("data") / "tiny")


@pytest.fixture(scope="module")
def whole(root, tmp_path_factory):
    """With its checkpoints, as a process that was killed before the end leaves them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit_fold, "forget_checkpoints", lambda folder: None)
        return fit(root, tmp_path_factory.mktemp("runs") / "whole").folder.path


@pytest.fixture
def broken(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "broken")


def without(*names):
    """Drops entries of a JSON or .pt file."""

    def damage(path):
        if path.suffix == ".json":
            found = json.loads(path.read_text())
            path.write_text(json.dumps({k: v for k, v in found.items() if k not in names}))
        else:
            found = torch.load(path, weights_only=True)
            torch.save({k: v for k, v in found.items() if k not in names}, path)

    return damage


def folds_of_text(path):
    path.write_text(json.dumps({**json.loads(path.read_text()), "folds": ["a"]}))


def text(content):
    return lambda path: path.write_text(content)


def gone(path):
    path.unlink()


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def without_fold1(path):
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("fold1,")) + "\n")


def other_shapes(path):
    found = torch.load(path, weights_only=True)
    found["model"] = {name: value[..., :1].clone() for name, value in found["model"].items() if value.ndim}
    torch.save(found, path)


READ = {
    "run.json gone": ("run.json", gone, "not a run folder"),
    "run.json empty": ("run.json", text(""), "not a run folder"),
    "run.json cut": ("run.json", cut, "not a run folder"),
    "run.json binary": ("run.json", lambda path: path.write_bytes(b"\xff\xfe\x00"), "not a run folder"),
    "run.json a list": ("run.json", text("[1]"), "run.json: damaged, holds a list"),
    "run.json without folds": ("run.json", without("folds"), "run.json: damaged, folds is None"),
    "run.json without schema": ("run.json", without("schema"), "run.json: schema None, expected 1"),
    "run.json without status": ("run.json", without("status"), "run.json: damaged, status is None"),
    "folds of text": ("run.json", folds_of_text, "run.json: damaged, folds has 'a'"),
    "config.yaml gone": ("config.yaml", gone, "config.yaml: cannot be read"),
    "config.yaml a list": ("config.yaml", text("- a\n"), "config.yaml: damaged, is no mapping"),
    "config.yaml empty": ("config.yaml", text(""), "config.yaml: damaged, is no mapping"),
    "config.yaml no YAML": ("config.yaml", text("a: [1"), "config.yaml: cannot be read"),
    "config.yaml of another program": (
        "config.yaml",
        text("modle: {}\n"),
        "config.yaml: modle: unknown setting",
    ),
    "card.yaml gone": ("card.yaml", gone, "card.yaml"),
    "card.yaml a list": ("card.yaml", text("- a\n"), "card.yaml"),
    "split.csv gone": ("split.csv", gone, "split.csv"),
    "split.csv empty": ("split.csv", text(""), "split.csv: row 1: the header must be"),
    "split.csv without a fold": ("split.csv", without_fold1, "split.csv: has no rows of fold1"),
    "statistics gone": ("fold1-seed0/1-statistics.pt", gone, "1-statistics.pt: missing"),
    "statistics cut": ("fold1-seed0/1-statistics.pt", cut, "1-statistics.pt: damaged"),
    "statistics without flows": (
        "fold1-seed0/1-statistics.pt",
        without("flows"),
        "has no 'flows'; delete it",
    ),
    "network gone": ("fold1-seed0/2-network.pt", gone, "the training of this fold is not finished"),
    "network empty": ("fold1-seed0/2-network.pt", text(""), "this fold is then trained anew"),
    "network without model": ("fold1-seed0/2-network.pt", without("model"), "this fold is then trained anew"),
    "network of other shapes": (
        "fold1-seed0/2-network.pt",
        other_shapes,
        "2-network.pt: does not fit the model",
    ),
    "network a list": (
        "fold1-seed0/2-network.pt",
        lambda path: torch.save([1], path),
        "holds a list, expected",
    ),
    "temperature without entries": (
        "fold1-seed0/3-temperature.pt",
        lambda path: torch.save({}, path),
        "3-temperature.pt: damaged, has no 'temperature'",
    ),
}
RESUME = {
    "statistics without buffers": (
        ["fold1-seed0/1-statistics.pt"],
        without("buffers"),
        "does not fit this run",
    ),
    "last.ckpt without loops": (["fold1-seed0/checkpoints/last.ckpt"], without("loops"), "has no 'loops'"),
    "last.ckpt cut": (["fold1-seed0/checkpoints/last.ckpt"], cut, "last.ckpt: damaged"),
    "best.ckpt without weights": (
        ["fold1-seed0/checkpoints/best.ckpt"],
        without("state_dict"),
        "'state_dict'",
    ),
    "run.json a list": (["run.json"], text("[]"), "run.json: damaged, holds a list"),
    "config.yaml a list": (["config.yaml"], text("[]"), "config.yaml: damaged"),
    "check.json no list": (["check.json"], text("{"), "check.json: cannot be read; delete it"),
}


@pytest.mark.parametrize("name", READ)
def test_reading_a_damaged_run(name, broken):
    file, damage, message = READ[name]
    damage(broken / file)
    with pytest.raises(WeldfusionError) as caught:
        wf.Run(broken).predictions()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(broken) in str(caught.value)


@pytest.mark.parametrize("name", RESUME)
def test_going_on_with_a_damaged_run(name, broken, root):
    files, damage, message = RESUME[name]
    (broken / "fold1-seed0/2-network.pt").unlink()
    for file in files:
        damage(broken / file)
    with pytest.raises(WeldfusionError) as caught:
        fit(root, broken)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", [gone, text(""), text("a,b\n1,2\n"), text("epoch,train_loss\n")])
def test_a_damaged_history(damage, broken):
    damage(broken / "fold2-seed0/metrics.csv")
    with pytest.raises(RunError, match=r"fold2-seed0/metrics.csv: .*restore it, or train this fold again"):
        histories(RunFolder(broken))


REFUSED = {
    "training.batch_size": (0, "must be at least 1, is 0"),
    "training.batch_size ": (-4, "training.batch_size: must be at least 1, is -4"),
    "training.patience": (0, "training.patience: must be at least 1 or null, is 0"),
    "training.target_weights": (
        {"force": -1.0},
        "training.target_weights.force: must be at least 0, is -1.0",
    ),
    "model.modality_dropout": (1.5, "model.modality_dropout: must be from 0 to 1, is 1.5"),
    "model.modality_dropout ": (-0.1, "model.modality_dropout: must be from 0 to 1, is -0.1"),
    "seed": (-1, "seed: must be at least 0, is -1"),
    "seeds": (0, "seeds: must be at least 1, is 0"),
    "seeds ": (-2, "seeds: must be at least 1, is -2"),
    "name": ("a/b", "name: must be the name of one folder, is 'a/b'"),
    "name ": ("..", "name: must be the name of one folder, is '..'"),
    "data.workers": (-2, "data.workers: must be at least 0, is -2"),
    "data.inputs": ({}, "data.inputs: is empty; name at least one modality"),
    "data.windows.length_s": (0.0, "data.windows.length_s: must be above 0, is 0.0"),
    "data.windows.hop_s": (-1.0, "data.windows.hop_s: must be above 0, is -1.0"),
    "data.windows.samples_of": ("settings", "data.windows.samples_of: no timed input 'settings'"),
    "data.windows": ({"samples_of": "curve"}, "data.windows.samples_of: needs length_s"),
    "trainer.accumulate_grad_batches": (0, "trainer.accumulate_grad_batches: must be at least 1, is 0"),
    "trainer.gradient_clip_val": (-1.0, "trainer.gradient_clip_val: must be at least 0, is -1"),
    "trainer.strategy": ("sideways", "trainer.strategy: 'sideways'; valid: auto, ddp"),
    "trainer.accelerator": ("abacus", "trainer: "),
    "trainer.devices": (0, "trainer: "),
    "training.scheduler": (
        {"class_path": "StepLR", "step_size": 0},
        "training.scheduler: StepLR cannot take a step",
    ),
    "training.scheduler ": ("ReduceLROnPlateau", "training.scheduler: ReduceLROnPlateau is not resumable"),
    "training.optimizer": ({"class_path": "SGD", "lr": -1.0}, "training.optimizer: SGD: "),
    "training.target_weights ": (
        {"forse": 1.0},
        "training.target_weights.forse: no such target; did you mean",
    ),
}


@pytest.mark.parametrize("key", REFUSED)
def test_settings_that_cannot_work_leave_no_run_folder(key, root, tmp_path):
    value, message = REFUSED[key]
    changes = {key.strip(): value}
    base = {name: own for name, own in OVERRIDES.items() if key != "data.windows" or "windows" not in name}
    with pytest.raises(ConfigError) as caught:
        wf.fit((), {"data.root": str(root), **base, **changes}, folder=tmp_path / "r", say=lambda line: None)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "r").exists()


def test_a_cache_that_cannot_be_written(root, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match=r"data\.cache: .*file/cache cannot be written \(Not a directory\)"):
        fit(root, tmp_path / "r", **{"data.cache": str(tmp_path / "file" / "cache")})
    assert not (tmp_path / "r").exists()


def test_a_run_in_which_nothing_was_trained_makes_way_for_another_config(whole, root, tmp_path):
    folder = tmp_path / "r"
    shutil.copytree(whole, folder, ignore=shutil.ignore_patterns("*.pt", "*.ckpt"))
    again = fit(root, folder, **{"split.k": 3})
    assert sorted(again.split) == ["fold1", "fold2", "fold3"]
    assert [fold for fold, _ in again.folds] == ["fold1", "fold2", "fold3"]


def test_a_trained_run_does_not(whole, root):
    with pytest.raises(RunError, match="holds a run of another config"):
        fit(root, whole, **{"split.k": 3})


def test_going_on_under_other_versions_is_told_and_kept(broken, root):
    run = RunFolder(broken)
    packages = {**run.info()["packages"], "torch": "1.0"}
    run.note(packages=packages, processor="8086", status="unfinished")
    with pytest.warns(WeldfusionWarning, match=rf"torch 1\.0 → {torch.__version__.split('+')[0]}"):
        fit(root, broken)
    assert any("processor 8086 →" in line for line in run.warnings())


def test_going_on_under_the_same_versions_is_silent(broken, root, recwarn):
    RunFolder(broken).note(status="unfinished")
    fit(root, broken)
    assert not [w for w in recwarn if "goes on otherwise" in str(w.message)]
