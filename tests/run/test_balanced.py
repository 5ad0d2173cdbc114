"""Baselines take all classes for equally frequent exactly where the network was trained to."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss

import weldfusion as wf
from tests.training.tiny_data import write_tiny
from weldfusion.data.card import TargetSpec
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.flow import Flow
from weldfusion.evaluation.baselines import fit_baselines
from weldfusion.evaluation.frame import target_tables
from weldfusion.heads.classes import ClassHead
from weldfusion.heads.multilabel import MultiLabelHead
from weldfusion.run.balanced import balanced_targets
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.plain import plain_windows
from weldfusion.training.settings import FitSettings, GradientStage, TrainingSettings

FLOWS = {"settings": Flow("table", channels=2)}
TARGETS = {
    "force": TargetSpec("force", "real", unit="N"),
    "defect": TargetSpec("defect", "class", classes=("good", "pore")),
    "verdict": TargetSpec("verdict", "class", classes=("pass", "fail")),
    "pores": TargetSpec("pores", "multilabel", classes=("small", "large")),
}
STAGES = [GradientStage(["settings"]), GradientStage(["settings"], balanced=True)]


@pytest.mark.parametrize(("training", "weights", "expected"), [
    (TrainingSettings(), {}, []),
    (TrainingSettings(balanced=True), {}, ["defect"]),  # windows are drawn by the first class target
    (TrainingSettings(stages=STAGES[:1]), {}, []),
    (TrainingSettings(stages=STAGES), {}, ["defect"]),
    (TrainingSettings(), {"verdict": "balanced", "pores": "balanced"}, ["pores", "verdict"]),
    (TrainingSettings(), {"verdict": [1.0, 3.0], "pores": "none"}, []),
    (TrainingSettings(balanced=True), {"defect": "balanced"}, ["defect"]),
    (TrainingSettings(balanced=True), {"verdict": "balanced"}, ["defect", "verdict"]),
])  # fmt: skip
def test_what_counts_as_balanced(training, weights, expected):
    made = {"defect": ClassHead, "verdict": ClassHead, "pores": MultiLabelHead}
    heads = {name: partial(made[name], class_weights=given) for name, given in weights.items()}
    model = FusionModel(FLOWS, TARGETS, Parts(heads=heads))
    assert balanced_targets(FitSettings(training=training), model) == expected


@pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")
@pytest.mark.parametrize("balanced", [True, False])
def test_a_run_hands_it_to_its_baselines_and_says_so(balanced, tmp_path):
    root = write_tiny(tmp_path / "tiny")
    table = pd.read_csv(root / "manifest.csv", dtype=str, keep_default_na=False)
    table.loc[(table["defect"] == "pore") & (table.index % 3 > 0), "defect"] = ""
    table.to_csv(root / "manifest.csv", index=False)
    run = wf.fit((), {
        "data.root": str(root), "data.windows.length_s": 0.2, "data.targets": ["defect"],
        "training.balanced": balanced, "trainer.max_epochs": 1, "trainer.accelerator": "cpu",
        "training.batch_size": 8, "split": "KFold", "split.k": 2,
    }, folder=tmp_path / "run", say=lambda line: None)  # fmt: skip
    target = run.evaluate()["targets"]["defect"]
    assert target["balanced"] is balanced
    features, truths = plain_windows(WeldWindows(run.dataset(), run.settings.data))
    named = ["defect"] if balanced else []
    frames = fit_baselines(features, truths, list(run.split.values()), run.settings.seed, named)
    for name, (_, welds) in frames.items():
        found = target_tables(welds, "defect")[0]
        found = found.rows(found.known)
        loss = log_loss(found.truth.argmax(axis=1), np.clip(found.value, 1e-15, 1))
        if not name.startswith("majority"):
            assert target["weld"]["baselines"][name]["figures"]["log_loss"]["value"] == pytest.approx(loss)
    page = (run.evaluation_folder() / "report.html").read_text()
    assert "plain features, fitted on the same training welds" in page
    assert ("in “balanced” ones all classes weigh the same" in page) is balanced
