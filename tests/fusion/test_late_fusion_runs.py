"""A run whose late fusion learns after training and tells the conflict of its sensors."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

import weldfusion as wf
from tests.training.tiny_data import write_tiny
from weldfusion.fusion.dempster_shafer import BEFORE_FIT
from weldfusion.training.atomic import load_state

pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    torch.set_num_threads(1)
    overrides = {
        "data.root": str(write_tiny(tmp_path_factory.mktemp("data") / "tiny", welds=30, groups=10)),
        "data.targets": ["defect"], "data.windows.length_s": 0.2, "trainer.max_epochs": 10,
        "trainer.accelerator": "cpu", "training.batch_size": 8, "split": "HoldOut",
        "model.fusion": "DempsterShafer",
    }  # fmt: skip
    return wf.fit((), overrides, folder=tmp_path_factory.mktemp("runs") / "r", say=lambda line: None)


def test_reliabilities_are_learned_and_kept(run):
    (fold, seed), *_ = run.folds
    fusion = run.predictor(fold, seed).model.join.fusions["defect"]
    assert ((fusion.reliability > 0) & (fusion.reliability < 1)).all()
    assert not torch.isclose(fusion.reliability, torch.tensor(BEFORE_FIT)).all()


def test_conflict_of_each_weld_is_the_mean_of_its_windows(run):
    windows, welds = run.predictions()
    told = windows.groupby("weld")["conflict"].mean()
    found = welds.groupby("weld")["conflict"].first()
    np.testing.assert_allclose(found, told[found.index], rtol=1e-6)
    assert ((windows["conflict"] >= 0) & (windows["conflict"] <= 1)).all()
    assert not windows["total_conflict"].any()  # every reliability is below 1
    assert not welds["total_conflict"].any()
    alone = windows["present"].isin(["settings", "curve"])
    assert alone.any()
    assert (windows["conflict"][alone] < 1e-6).all()
    assert (windows["conflict"][~alone] > 1e-6).all()


def test_files_and_report_hold_the_conflict(run):
    run.evaluate()
    folder = next(run.folder.path.glob("evaluation/*"))
    kept = pd.read_parquet(folder / "predictions_weld.parquet")
    assert kept["conflict"].notna().all()
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "Conflict of the sensors: defect" in text
    assert "Largest conflict." in text
    learned = json.loads((folder / "metrics.json").read_text())["targets"]["defect"]["sensors"]
    assert [row["sensor"] for row in learned] == ["curve", "settings"]
    state = load_state(run.folder.fold(*run.folds[0]) / "3-fusion.pt")["fusions"]["defect"]
    for row, reliability in zip(learned, state["fusion"]["reliability"].tolist(), strict=True):
        assert row["reliability"] == pytest.approx(reliability)
        assert row["temperature"] == pytest.approx(state["temperature"][row["sensor"]])
    assert "What the fusion learned of each sensor: defect" in text
