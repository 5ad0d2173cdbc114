"""The benchmark of training compares like with like."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import wavfile

from benchmarks import training, training_runs, tutorial_loop
from benchmarks.training_data import write_welds
from weldfusion.config.load import load_settings
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.systems.graph import FusionModel

pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_welds(tmp_path_factory.mktemp("data") / "welds", {"train": 4, "val": 2, "test": 2}, copies=2)


@pytest.fixture(scope="module")
def windows(root):
    settings, _ = load_settings((), {**_flat(training_runs.CONFIG), "data.root": str(root)})
    return settings, WeldWindows(read_dataset(root), settings.data)


def _flat(config, place=""):
    """A config as overrides by full key; classes and single values stay as they are."""
    found = {}
    for name, value in config.items():
        inner = isinstance(value, dict) and "class_path" not in value
        found |= _flat(value, f"{place}{name}.") if inner else {f"{place}{name}": value}
    return found


def test_files_are_photos_and_sounds_of_the_stated_size(root):
    assert Image.open(root / "0.jpg").size == (640, 480)
    rate, sound = wavfile.read(root / "0.wav")
    assert (rate, sound.shape, sound.dtype) == (8000, (8000,), np.int16)
    assert len(list(root.glob("*.jpg"))) == 8
    assert len(tutorial_loop.PhotosWithSound(root, "train")) == 8


def test_both_train_the_same_network(windows):
    settings, its = windows
    model = FusionModel(its.flows, its.targets, settings.model)
    ours = sorted(tuple(p.shape) for p in model.parameters() if p.requires_grad)
    assert ours == sorted(tuple(p.shape) for p in tutorial_loop.Fusion().parameters())


def test_both_see_the_same_windows(root, windows):
    """The same labels and samples; photos but for standardisation and how they are resized."""
    _, its = windows
    part = its.subset([weld for weld in its.welds if its.dataset.welds[0].id == weld])
    batch = part.__getitems__([0])
    photo, sound, label = tutorial_loop.PhotosWithSound(root, "train")[0]
    assert int(batch.targets["defect"].value[0]) == label
    np.testing.assert_allclose(batch.inputs["sound"][0].numpy(), sound.numpy(), atol=1e-6)
    mean, std = (np.array(v)[:, None, None] for v in (tutorial_loop.MEAN, tutorial_loop.STD))
    assert np.abs(photo.numpy() * std + mean - batch.inputs["photo"][0].numpy() / 255).mean() < 0.02


@pytest.mark.parametrize(("ours", "met"), [(0.95, True), (0.90, True), (0.60, False)])
def test_the_score_may_be_lower_by_chance_only(ours, met):
    def taken(accuracy):
        return training_runs.Taken(1.0, 1.0, 1.0, accuracy, 1)

    row = training.score_row([taken(0.95)] * 2, [taken(ours)] * 2, validated=64)
    assert row.met is met
    assert row.value == pytest.approx(ours - 0.95)


def test_the_tutorial_stands_alone():
    text = Path(tutorial_loop.__file__).read_text("utf-8")
    assert "import weldfusion" not in text
    assert "from weldfusion" not in text
