"""A whole run on a small data set on disk."""

import json
import shutil

import numpy as np
import pytest
import torch

from tests.training.fake import largest_difference
from tests.training.tiny_data import write_tiny
from weldfusion.config.load import load_settings
from weldfusion.data.check import check
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold
from weldfusion.data.folder import fingerprint, read_dataset
from weldfusion.data.store import Store
from weldfusion.errors import ConfigError, RunError, WeldfusionWarning
from weldfusion.training import data_check, network
from weldfusion.training import fit as fit_module
from weldfusion.training.atomic import load_state
from weldfusion.training.fit import fit_run
from weldfusion.training.folds import fold_data, plan
from weldfusion.training.out_of_fold import inner_folds, without

OVERRIDES = {
    "data.windows.length_s": 0.2,
    "trainer.max_epochs": 3,
    "trainer.accelerator": "cpu",
    "training.batch_size": 8,
    "split": "KFold",
    "split.k": 2,
}
pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("data") / "tiny")


HOLD_OUT = {key: value for key, value in OVERRIDES.items() if not key.startswith("split")}


def train(root, folder, say=lambda line: None, base=OVERRIDES, **more):
    settings, resolved = load_settings((), {"data.root": str(root), **base, **more})
    return fit_run(settings, resolved, folder, say=say)


def states(run):
    return {
        f"{fold}-{seed}.{name}": value
        for fold, seed in run.folds()
        for name, value in load_state(run.fold(fold, seed) / "2-network.pt")["model"].items()
    }


@pytest.fixture(scope="module")
def whole(root, tmp_path_factory):
    lines = []
    run = train(root, tmp_path_factory.mktemp("runs") / "whole", lines.append, seeds=2)
    return run, lines


def test_all_folds_and_seeds_are_there(whole, root):
    run, _ = whole
    assert run.folds() == [("fold1", 0), ("fold1", 1), ("fold2", 0), ("fold2", 1)]
    assert run.info()["status"] == "finished"
    assert run.info()["data"] == fingerprint(root)
    for fold, seed in run.folds():
        files = {file.name for file in run.fold(fold, seed).iterdir()}
        assert {"1-statistics.pt", "2-network.pt", "metrics.csv", "tensorboard"} <= files
        assert "checkpoints" not in files
    found = states(run)
    assert (
        largest_difference(
            {k.partition(".")[2]: v for k, v in found.items() if k.startswith("fold1-0")},
            {k.partition(".")[2]: v for k, v in found.items() if k.startswith("fold1-1")},
        )
        > 0
    )


def test_what_is_told_before_training(whole, root):
    run, lines = whole
    text = "\n".join(lines)
    assert "0 welds and 0 groups shared between training and test" in text
    parts = next(line for line in lines if line.strip().startswith("fit "))
    split = np.loadtxt(run.split, delimiter=",", dtype=str, skiprows=1)
    fit = set(split[(split[:, 0] == "fold1") & (split[:, 3] == "fit"), 1])
    records = [weld for weld in read_dataset(root).welds if weld.id in fit]
    assert f"{len(fit)} welds" in parts
    assert f"{sum(2 if weld.has('curve') else 1 for weld in records)} windows" in parts
    assert "parameters" in text
    assert "memory about" in text


def test_every_state_is_read_without_unpickling_code(whole):
    run, _ = whole
    files = sorted(run.path.rglob("*.pt"))
    assert len(files) == 8
    for file in files:
        torch.load(file, weights_only=True)


def test_statistics_are_those_of_the_fit_part(whole, root):
    run, _ = whole
    split = np.loadtxt(run.split, delimiter=",", dtype=str, skiprows=1)
    fit = {row[1] for row in split if row[0] == "fold1" and row[3] == "fit"}
    welds = [weld for weld in read_dataset(root).welds if weld.id in fit]
    curves = np.concatenate([np.load(weld.files["curve"][0]) for weld in welds if weld.has("curve")])
    table = np.array([weld.values["settings"] for weld in welds])
    state = load_state(run.fold("fold1", 0) / "1-statistics.pt")["buffers"]
    assert state["standardise.of_curve.mean"].item() == pytest.approx(curves.mean(), rel=1e-5, abs=1e-7)
    assert state["standardise.of_curve.std"].item() == pytest.approx(curves.std(), rel=1e-5)
    np.testing.assert_allclose(state["standardise.of_settings.mean"], table.mean(0), rtol=1e-5)
    np.testing.assert_allclose(state["standardise.of_settings.std"], table.std(0), rtol=1e-4)


def test_a_finished_run_is_not_trained_again(whole, root, monkeypatch):
    run, _ = whole
    before = {file: file.stat().st_mtime_ns for file in run.path.rglob("*.pt")}
    monkeypatch.setattr(network.NetworkStage, "run", lambda *_: pytest.fail("trained again"))
    train(root, run.path, seeds=2)
    assert {file: file.stat().st_mtime_ns for file in run.path.rglob("*.pt")} == before


def test_checkpoints_left_by_a_process_killed_at_the_end_go_with_the_next_start(whole, root, tmp_path):
    run, _ = whole
    folder = shutil.copytree(run.path, tmp_path / "r")
    left = folder / "fold1-seed0" / "checkpoints"
    left.mkdir()
    (left / "last.ckpt").write_bytes(b"of a killed process")
    train(root, folder, seeds=2)
    assert not left.exists()


def test_an_interrupted_run_goes_on_to_the_same_weights(whole, root, tmp_path, monkeypatch):
    """Stopped within the second network, and again before its state is written."""
    real, calls = network.NetworkStage.run, []

    def interrupted(self, *arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        outcome = real(self, *arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return outcome

    monkeypatch.setattr(network.NetworkStage, "run", interrupted)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            train(root, tmp_path / "r", seeds=2)
        assert json.loads((tmp_path / "r" / "run.json").read_text())["status"] == "unfinished"
    run = train(root, tmp_path / "r", seeds=2)
    assert largest_difference(states(run), states(whole[0])) == 0
    assert run.info()["status"] == "finished"


def test_recordings_of_test_welds_are_never_read(root, tmp_path, monkeypatch):
    settings, resolved = load_settings((), {"data.root": str(root), **HOLD_OUT})
    dataset = read_dataset(root)
    (fold,) = settings.split.folds(dataset.welds, dataset.card, 0)
    forbidden = {n for n, weld in enumerate(dataset.welds) if fold.parts[weld.id] == "test"}
    real = Store.get
    seen = set()

    def guarded(self, name, weld):
        assert weld not in forbidden
        seen.add(weld)
        return real(self, name, weld)

    monkeypatch.setattr(Store, "get", guarded)
    fit_run(settings, resolved, tmp_path / "r", say=lambda line: None)
    assert seen


def test_a_test_weld_in_the_fit_part_is_refused(root, tmp_path, monkeypatch):
    class Leaky(Fold):
        def welds(self, part):
            return [*super().welds(part), *(["w00"] if part in ("fit", "test") else [])]

    settings, resolved = load_settings((), {"data.root": str(root), **OVERRIDES})
    monkeypatch.setattr(
        fit_module, "plan", lambda *_: [Leaky("f", {f"w{n:02d}": "fit" for n in range(20)}, None)]
    )
    with pytest.raises(RunError, match="f: weld w00 is in the test part and in fit"):
        fit_run(settings, resolved, tmp_path / "r", say=lambda line: None)


def test_another_config_in_the_same_folder_is_refused(whole, root):
    with pytest.raises(RunError, match=r"another config \(training.batch_size"):
        train(root, whole[0].path, seeds=2, **{"training.batch_size": 4})


def test_threads_of_the_first_start_are_used_again(root, tmp_path):
    run = train(root, tmp_path / "r", **{"trainer.max_epochs": 1})
    run.note(threads=2)
    train(root, tmp_path / "r", **{"trainer.max_epochs": 1})
    assert torch.get_num_threads() == 2


def test_calibration_from_out_of_fold_predictions(root, tmp_path, monkeypatch):
    """Eight groups: four inner networks, each without its own welds, and resumed after a stop."""
    more = {"training.calibrate": True, "trainer.max_epochs": 1}
    whole = train(root, tmp_path / "whole", base=HOLD_OUT, **more)
    folder = whole.fold(*whole.folds()[0])
    found = load_state(folder / "3-temperature.pt")["temperature"]
    split = np.loadtxt(whole.split, delimiter=",", dtype=str, skiprows=1)
    training = {row[1]: row[2] for row in split if row[3] in ("fit", "select")}
    settings, _ = load_settings((), {"data.root": str(root), **HOLD_OUT, **more})
    (fold,) = plan(settings, read_dataset(root), whole.path)
    data = fold_data(settings, WeldWindows(read_dataset(root), settings.data), fold)
    lots = inner_folds(data, fold, 0)
    assert sorted(weld for lot in lots for weld in lot) == sorted(training)
    for number, lot in enumerate(lots, start=1):
        assert not {training[w] for w in lot} & {training[w] for w in training if w not in lot}
        inner = without(data, lot)
        assert set(inner.calibrate.welds) == lot
        assert not lot & {*inner.fit.welds, *(inner.select.welds if inner.select else [])}
        state = load_state(folder / f"calibration{number}" / "1-statistics.pt")["buffers"]
        table = [weld.values["settings"] for weld in read_dataset(root).welds if weld.id in inner.fit.welds]
        np.testing.assert_allclose(state["standardise.of_settings.mean"], np.mean(table, 0), rtol=1e-5)

    real, calls = network.NetworkStage.run, []

    def interrupted(self, *arguments):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(self, *arguments)

    monkeypatch.setattr(network.NetworkStage, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(root, tmp_path / "r", base=HOLD_OUT, **more)
    again = train(root, tmp_path / "r", base=HOLD_OUT, **more)
    assert len(calls) == 6
    assert load_state(again.fold(*again.folds()[0]) / "3-temperature.pt")["temperature"] == found


def test_check_and_warnings_are_kept_with_the_run(tmp_path):
    root = write_tiny(tmp_path / "tiny", welds=24, groups=4)
    lines = []
    with pytest.warns(WeldfusionWarning, match="only 4 groups"):
        run = train(root, tmp_path / "r", lines.append, base=HOLD_OUT, **{"trainer.max_epochs": 1})
    assert run.findings() == check(root)
    assert any("only 4 groups of 'day'" in text for text in run.warnings())
    block = lines[: next(n for n, line in enumerate(lines) if line.startswith("holdout"))]
    assert block[0] == f"data check: {len(run.findings())} warnings"
    assert len(block) <= 5
    np.save(root / "curves" / "w00.npy", np.full(40, np.nan, np.float32))
    with pytest.raises(RunError, match=r"w00\.npy.*NaN"):
        train(root, tmp_path / "other", base=HOLD_OUT)
    assert not (tmp_path / "other").exists()


def test_sizes_are_checked_before_a_recording_is_opened(root, tmp_path, monkeypatch):
    def never(*_):
        pytest.fail("a recording was opened")

    monkeypatch.setattr(Store, "get", never)
    monkeypatch.setattr(data_check, "check", never)
    with pytest.raises(ConfigError, match=r"^model\.encoders\.curve: "):
        train(root, tmp_path / "r", **{"model.encoders.curve": "MelCNN"})


def test_calibration_writes_a_temperature_for_classes(tmp_path):
    root = write_tiny(tmp_path / "tiny", welds=48, groups=48)
    more = {"training.calibrate": True, "split.calibrate": 0.3, "trainer.max_epochs": 1}
    run = train(root, tmp_path / "r", base=HOLD_OUT, **more)
    (fold,) = run.folds()
    found = load_state(run.fold(*fold) / "3-temperature.pt")["temperature"]
    assert list(found) == ["defect"]
    assert 0.05 < found["defect"] < 20


def test_a_batch_far_above_the_fit_part_is_told(root, tmp_path):
    """The run keeps the warning; its windows are those that the introduction counts."""
    lines = []
    more = {"training.batch_size": 10**12, "trainer.max_epochs": 1}
    with pytest.warns(WeldfusionWarning, match="batch of 1000000000000, the fit part has"):
        run = train(root, tmp_path / "r", lines.append, HOLD_OUT, **more)
    (told,) = [text for text in run.warnings() if text.startswith("training.batch_size")]
    windows = next(line for line in lines if line.strip().startswith("fit ")).split(", ")[-1]
    assert told.endswith(f"the fit part has {windows}: one step an epoch")


def test_a_usual_batch_is_no_warning(whole):
    assert not [text for text in whole[0].warnings() if text.startswith("training.batch_size")]
