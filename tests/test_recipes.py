"""The recipes of CONTRIBUTING.md: their code is written to files and does what the text says."""

import importlib
import re
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

import weldfusion.data.readers as readers
from weldfusion.config.load import load_settings
from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.fields import Fields
from weldfusion.data.flow import Flow
from weldfusion.data.modality import parse_modality
from weldfusion.data.readers import find
from weldfusion.errors import ReadError
from weldfusion.fusion.concat import Concat
from weldfusion.testing import check_encoder, check_fusion, check_head

PAGE = Path(__file__).parents[1] / "CONTRIBUTING.md"
BLOCKS = {
    match[1]: match[2]
    for match in re.finditer(
        r"^```\w+ file=(\S+).*?\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
}
WAVE = Flow("waveform", 2, length=400, rate=1000.0)


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Writes the code of a recipe to a module of its own and imports it."""
    monkeypatch.syspath_prepend(tmp_path)

    def loaded(file: str):
        name = f"recipe_{Path(file).stem}"
        (tmp_path / f"{name}.py").write_text(BLOCKS[file], encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
        importlib.invalidate_caches()
        return importlib.import_module(name)

    return loaded


def settings_of(file: str, tmp_path: Path, short: str | None = None):
    """The config of a recipe, with its new class under the full path of the module that `load` made."""
    text = BLOCKS[file]
    if short:
        module = next(
            name for name in sys.modules if name.startswith("recipe_") and hasattr(sys.modules[name], short)
        )
        text = text.replace(short, f"{module}.{short}")
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load_settings([path], trust=[m for m in sys.modules if m.startswith("recipe_")])[0]


def test_encoder(load, tmp_path):
    module = load("weldfusion/encoders/band_energy.py")
    settings = settings_of("configs/systems/band_energy/band_energy.yaml", tmp_path, "BandEnergy")
    encoder = settings.model.encoders["sound"](WAVE).eval()
    assert isinstance(encoder, module.BandEnergy)
    check_encoder(settings.model.encoders["sound"], WAVE)
    x = torch.randn(3, *WAVE.shape, generator=torch.Generator().manual_seed(0))
    valid = torch.ones(3, 400, dtype=torch.bool)
    valid[:, 300:] = False
    other = torch.where(valid.unsqueeze(1), x, 9.0)
    torch.testing.assert_close(encoder(x, valid), encoder(other, valid))
    torch.testing.assert_close(encoder(x)[1:2], encoder(x[1:2]))


def test_fusion(load, tmp_path):
    load("weldfusion/fusion/maximum.py")
    settings = settings_of("configs/systems/band_energy/maximum.yaml", tmp_path, "Maximum")
    fusion = settings.model.fusion({"a": Flow.features(2), "b": Flow.features(2)})
    check_fusion(settings.model.fusion, {"a": Flow.features(6), "b": Flow.features(6), "c": Flow.features(6)})
    x = {"a": torch.tensor([[1.0, 5.0]] * 3), "b": torch.tensor([[2.0, 3.0]] * 3)}
    present = {"a": torch.tensor([True, False, False]), "b": torch.tensor([True, True, False])}
    assert fusion(x, present).tolist() == [[2, 5], [2, 3], [0, 0]]


def test_head_finds_the_quantile(load, tmp_path):
    load("weldfusion/heads/quantile.py")
    settings = settings_of("configs/systems/band_energy/strength.yaml", tmp_path, "QuantileHead")
    head = settings.model.heads["strength"](Flow.features(1), TargetSpec("strength", "real"))
    check_head(settings.model.heads["strength"], Flow.features(4), TargetSpec("strength", "real"))
    values = np.random.default_rng(0).gamma(2.0, size=2001)
    head.fit_truth(values, np.ones(2001, bool))
    truth = Truth(torch.tensor(values, dtype=torch.float32), torch.ones(2001, dtype=torch.bool))
    guesses = torch.linspace(0, 4, 801)
    raw = (guesses - head.mean) / head.std
    losses = torch.stack([head.loss(value.expand(2001), truth).mean() for value in raw])
    assert float(guesses[losses.argmin()]) == pytest.approx(np.quantile(values, 0.1), abs=0.006)


def test_augmentation(load, tmp_path):
    load("weldfusion/training/augment/polarity.py")
    settings = settings_of("configs/systems/band_energy/polarity.yaml", tmp_path, "Polarity")
    (step,) = settings.training.augment["sound"]
    x = torch.arange(1.0, 7).view(3, 1, 2)
    assert step.numbers(x.shape[1:]) == 1
    signs = step(x, torch.tensor([[0.0], [0.29], [0.31]])) / x
    assert signs[:, 0, 0].tolist() == [-1, -1, 1]


def test_system(tmp_path):
    settings = settings_of("configs/systems/sound_and_photo/sound_and_photo.yaml", tmp_path)
    assert isinstance(settings.model.fusion({"sound": Flow.features(3)}), Concat)
    photo = settings.model.encoders["photo"](Flow("image", 3, size=(32, 32)))
    assert photo(torch.zeros(2, 3, 32, 32)).shape == (2, *photo.out.shape)


def test_reader(tmp_path, monkeypatch):
    (tmp_path / "raw_file.py").write_text(BLOCKS["weldfusion/data/readers/raw_file.py"], encoding="utf-8")
    monkeypatch.setattr(readers, "__path__", [*readers.__path__, str(tmp_path)])
    find.suffixes.cache_clear()
    try:
        entry = yaml.safe_load(BLOCKS["my_welds/dataset.yaml"])["modalities"]["current"]
        modality = parse_modality("current", Fields(entry, "modalities.current", pytest.fail))
        samples = np.array([0, 16384, -32768], "<i2")
        (tmp_path / "a.raw").write_bytes(samples.tobytes())
        reading = find.read(tmp_path / "a.raw", modality.reader)
        assert reading.values.tolist() == [[0, 0.5, -1]]
        assert reading.rate == Fraction(20000) == modality.rate
        (tmp_path / "b.raw").write_bytes(b"123")
        with pytest.raises(ReadError, match="3 bytes"):
            find.read(tmp_path / "b.raw", {})
    finally:
        monkeypatch.undo()
        find.suffixes.cache_clear()
        sys.modules.pop("weldfusion.data.readers.raw_file", None)


def test_the_files_that_a_kind_of_target_touches_exist():
    text = PAGE.read_text("utf-8").rpartition("### A kind of target")[2]
    for name in re.findall(r"`(weldfusion/[\w/.]+)`", text):
        assert (PAGE.parent / name).exists(), name
