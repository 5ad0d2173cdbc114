"""Augmentation and balanced drawing touch the fit part only; everything that the network is given is written
down."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import torch

from tests.training.tiny_data import write_tiny
from weldfusion.config.load import load_settings
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.run import Run
from weldfusion.systems.graph import FusionModel
from weldfusion.training import outlook, speed_of_run
from weldfusion.training.atomic import load_state
from weldfusion.training.augment.augmentation import Augmentation
from weldfusion.training.fit import fit_run
from weldfusion.training.trial import Outlook

EPOCHS = 2
BASE = {
    "data.windows.length_s": 0.2,
    "data.targets": ["defect"],
    "trainer.max_epochs": EPOCHS,
    "trainer.accelerator": "cpu",
    "training.batch_size": 8,
    "training.calibrate": True,
    "training.augment": {
        name: ["tests.training.test_only_the_fit_part.Mark"] for name in ("curve", "settings")
    },
    "split.calibrate": 0.3,
    "model.fusion": "tests.training.late.ByAccuracy",
}
STAGES = [{"modalities": ["curve"]}, {"modalities": ["settings"], "balanced": True}]
MARK = 1e4
pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


class Mark(Augmentation):
    """Adds what no recording holds."""

    def numbers(self, shape):
        return 0

    def __call__(self, x, random):
        return x + MARK


@dataclass
class Given:
    """One batch that the network was given."""

    training: bool
    samples: list[int]
    largest: dict[str, float]
    modalities: tuple[str, ...]


@pytest.fixture
def given(monkeypatch):
    """All batches, in order; the steps by which the time is foretold are left out."""
    found, real = [], FusionModel.features

    def noted(self, batch, hide):
        here = {name: mask.any().item() for name, mask in batch.present.items()}
        found.append(
            Given(
                self.training,
                batch.where.sample.tolist(),
                {name: float(batch.inputs[name].abs().max()) for name in here if here[name]},
                tuple(name for name in here if here[name]),
            )
        )
        return real(self, batch, hide)

    monkeypatch.setattr(FusionModel, "features", noted)
    monkeypatch.setattr(outlook, "trial", lambda *_: Outlook(0.0, 0, 0))
    monkeypatch.setattr(speed_of_run, "trial", lambda *_: Outlook(0.0, 0, 0))
    return found


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """One weld in four has a pore."""
    root = write_tiny(tmp_path_factory.mktemp("data") / "tiny", welds=48, groups=48)
    table = pd.read_csv(root / "manifest.csv", dtype=str, keep_default_na=False)
    table["defect"] = ["pore" if number % 4 == 1 else "good" for number in range(48)]
    table.to_csv(root / "manifest.csv", index=False)
    return root


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def fitted(root, folder, **more):
    settings, resolved = load_settings((), {"data.root": str(root), **BASE, **more}, trust=("tests",))
    fit_run(settings, resolved, folder, say=lambda line: None)
    return Run(folder, trust=("tests",))


def samples_of(run, root, part):
    windows = WeldWindows(read_dataset(root), run.settings.data)
    return set(windows.subset(sorted(run.welds("holdout", part))).samples.tolist())


def marked(one):
    return {name: largest > MARK / 2 for name, largest in one.largest.items()}


@pytest.mark.parametrize("stages", [None, STAGES], ids=["one stage", "two stages"])
def test_select_calibrate_and_test_are_neither_augmented_nor_oversampled(root, tmp_path, given, stages):
    run = fitted(root, tmp_path / "r", **{"training.stages": stages, "training.balanced": stages is None})
    parts = {part: samples_of(run, root, part) for part in ("fit", "select", "calibrate", "test")}
    assert all(parts.values())
    trained = [one for one in given if one.training]
    judged = [one for one in given if not one.training]
    assert all(all(marked(one).values()) for one in trained)
    assert {sample for one in trained for sample in one.samples} <= parts["fit"]
    assert not any(any(marked(one).values()) for one in judged)
    times = Counter(sample for one in judged for sample in one.samples)
    epochs = EPOCHS * (1 if stages is None else 2)
    assert {sample: n for sample, n in times.items() if sample in parts["select"]} == dict.fromkeys(
        parts["select"], epochs
    )
    # once for what the late fusion learns, once for the temperature
    assert {sample: n for sample, n in times.items() if sample not in parts["select"]} == dict.fromkeys(
        parts["calibrate"], 2
    )
    given.clear()
    run.predictions("test")
    assert not any(one.training or any(marked(one).values()) for one in given)
    assert Counter(sample for one in given for sample in one.samples) == Counter(parts["test"])


def test_each_stage_draws_as_it_says(root, tmp_path, given):
    run = fitted(root, tmp_path / "r", **{"training.stages": STAGES})
    windows = WeldWindows(read_dataset(root), run.settings.data)
    value, _ = windows.truth("defect")
    pores = {int(s) for s, v in zip(windows.samples, value, strict=True) if v == 1}
    drawn = {}
    for names in (("curve",), ("settings",)):
        samples = [s for one in given if one.training and one.modalities == names for s in one.samples]
        drawn[names] = Counter(samples)
    fit = samples_of(run, root, "fit")
    share = len(pores & fit) / len(fit)
    assert share < 0.4
    assert sum(n for s, n in drawn["settings",].items() if s in pores) == pytest.approx(
        EPOCHS * len(fit) / 2, abs=2
    )
    assert set(drawn["curve",].values()) == {EPOCHS}


def test_statistics_are_of_the_recordings_as_they_are(root, tmp_path, given):
    run = fitted(root, tmp_path / "r", **{"training.balanced": True, "trainer.max_epochs": 1})
    state = load_state(run.folder.fold("holdout", 0) / "1-statistics.pt")["buffers"]
    fit = run.welds("holdout", "fit")
    table = [weld.values["settings"] for weld in read_dataset(root).welds if weld.id in fit]
    np.testing.assert_allclose(state["standardise.of_settings.mean"], np.mean(table, axis=0), rtol=1e-5)
