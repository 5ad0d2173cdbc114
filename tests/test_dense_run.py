"""Intervals and curves from data on disk to the report, on a signal whose curve is known."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

import weldfusion as wf
from tests.training.dense_data import SPEED_MM_S, STEP_S, write_dense
from weldfusion.cli.main import main
from weldfusion.data.card import TargetSpec
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.data.settings import DataSettings
from weldfusion.errors import ConfigError, WeldfusionWarning
from weldfusion.evaluation.frame import check_frame, target_tables
from weldfusion.evaluation.join import join_windows

pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_dense(tmp_path_factory.mktemp("data") / "dense")


@pytest.fixture(scope="module")
def run(root, tmp_path_factory):
    torch.set_num_threads(1)
    overrides = {
        "data.root": str(root), "data.windows.length_s": 0.2, "data.windows.hop_s": 0.1,
        "model.encoders.curve": "Statistics", "trainer.max_epochs": 45, "trainer.accelerator": "cpu",
        "training.batch_size": 16, "split": "HoldOut", "split.test": 0.4,
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("runs") / "dense"
    return wf.fit((), overrides, folder=folder, say=lambda line: None)


@pytest.fixture(scope="module")
def frames(run):
    return run.predictions()


def test_frames_have_a_row_for_every_step(frames):
    windows, welds = frames
    check_frame(windows, "window")
    check_frame(welds, "weld")
    weld = windows["weld"].iloc[0]
    first = windows[(windows["weld"] == weld) & (windows["target"] == "depth")]
    assert first["step"].tolist() == list(range(10)) * 11
    np.testing.assert_allclose(first["x_mm"], SPEED_MM_S * (first["t0_s"] + first["t1_s"]) / 2)
    joined = welds[(welds["weld"] == weld) & (welds["target"] == "depth")]
    assert joined["step"].tolist() == list(range(60))
    np.testing.assert_allclose(joined["t0_s"], np.arange(60) * STEP_S, atol=1e-12)


def test_a_known_curve_is_learnt_to_a_tenth_of_its_range(frames):
    table = target_tables(frames[1], "depth")[0]
    table = table.rows(table.known)
    error = np.abs(table.value - table.truth).mean()
    assert np.ptp(table.truth) == pytest.approx(2.0, abs=0.05)
    assert error < 0.2
    assert error < 0.4 * np.abs(table.truth - table.truth.mean()).mean()


def test_known_events_are_found(run, frames):
    metrics = run.evaluate()
    pores = metrics["targets"]["pores"]
    assert pores["tolerance_s"] == pytest.approx(STEP_S)
    assert pores["weld"]["figures"]["event_recall"]["value"] > 0.8
    assert pores["weld"]["per_class"]["pore"]["auc"]["value"] > 0.95
    assert pores["weld"]["unknown"] == 60 * ("w03" in set(frames[1]["weld"]))  # it has no truth
    assert {"majority or mean", "extra trees, curve alone"} <= set(pores["weld"]["baselines"])
    for target in metrics["targets"].values():
        for level in ("weld", "window"):
            ours, theirs = target[level], target[level]["baselines"]["linear, curve alone"]
            assert theirs["rows"] == ours["rows"]


def test_the_report_draws_curve_and_events(run):
    folder = run.evaluation_folder()
    page = (folder / "report.html").read_text()
    assert "at most 20 ms away" in page
    assert "events missed or falsely called" in page
    assert "Per step of the windows: depth" in page
    kept = pd.read_parquet(folder / "predictions_weld.parquet")
    assert {"step", "t0_s", "t1_s", "x_mm"} <= set(kept.columns)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["targets"]["depth"]["weld"]["figures"]["mae"]["value"] < 0.2


def test_a_prediction_does_not_depend_on_batch_or_hop(run, root):
    predictor = run.predictor(*run.folds[0])
    data = run.settings.data
    windows = WeldWindows(read_dataset(root), data)
    whole, single = (join_windows(predictor.predict(windows, batch_size=size)) for size in (64, 1))
    np.testing.assert_allclose(whole["value"], single["value"], rtol=1e-4, atol=1e-5)
    # A network that says the same of every window says it whatever the hop.
    for parameter in predictor.model.parameters():
        torch.nn.init.zeros_(parameter)
    for hop in (0.2, 0.1, 0.04):
        settings = type(data)(**{**vars(data), "windows": type(data.windows)(0.2, hop)})
        joined = join_windows(predictor.predict(WeldWindows(read_dataset(root), settings)))
        for _, part in joined.groupby("target"):
            assert np.ptp(part["value"].to_numpy()) < 1e-6


def test_predict_tells_events_and_means(run, root, capsys, tmp_path):
    assert main(["predict", str(run.folder.path), str(root)]) == 0
    told = capsys.readouterr().out
    assert len([line for line in told.splitlines() if " depth " in line]) == 16
    assert any("pores" in line and "pore" in line.split() for line in told.splitlines())
    out = tmp_path / "all.csv"
    assert main(["predict", str(run.folder.path), str(root), "--out", str(out)]) == 0
    table = pd.read_csv(out)
    assert len(table) == 16 * 60 * 2


def test_data_with_another_step_are_predicted_in_those_of_the_run(run, tmp_path):
    other = write_dense(tmp_path / "other", welds=4, groups=2)
    card = (other / "dataset.yaml").read_text()
    (other / "dataset.yaml").write_text(card.replace(f"step: {STEP_S}", "step: 0.05"))
    welds = run.predict(other)[1]
    assert (welds.groupby(["weld", "target"])["step"].count() == 60).all()


def test_whole_welds_leave_dense_targets_out_or_refuse_them(root):
    with pytest.raises(ConfigError, match="length_s: is not set, but depth is predicted in steps"):
        WeldWindows(read_dataset(root), DataSettings(targets=["depth"]))
    both = read_dataset(root)
    force = TargetSpec("force", "real", unit="N")
    card = replace(both.card, targets={**both.card.targets, "force": force})
    with pytest.warns(WeldfusionWarning, match="targets depth, pores are left out"):
        windows = WeldWindows(replace(both, card=card), DataSettings())
    assert list(windows.targets) == ["force"]
