"""The configs printed in docs/config.md are some, and its commands work."""

import re
import shlex
from pathlib import Path

import pytest

from weldfusion.cli.main import main
from weldfusion.config.load import load_settings
from weldfusion.data.flow import Flow
from weldfusion.encoders.mel import MelCNN
from weldfusion.training.augment.gain import Gain
from weldfusion.training.augment.light import Light
from weldfusion.training.augment.mirror import Mirror
from weldfusion.training.augment.noise import Noise
from weldfusion.training.augment.zoom import Zoom
from weldfusion.training.pretrain.contrastive import Contrastive

PAGE = Path(__file__).parents[1] / "docs" / "config.md"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_augmentation_loads_and_joins_another_file(tmp_path):
    for name, text in zip(("augment", "whole"), blocks("yaml config"), strict=True):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    settings, resolved = load_settings([tmp_path / "whole.yaml", tmp_path / "augment.yaml"])
    assert settings.training.augment is not None
    assert [type(step) for step in settings.training.augment["sound"]] == [Noise, Gain]
    assert settings.training.augment["sound"][0].share == 0.05
    assert settings.training.batch_size == 16
    assert resolved["name"] == "whole-augment"


@pytest.mark.parametrize("command", [line for text in blocks("console") for line in text.splitlines()])
def test_every_command_resolves(command, tmp_path, monkeypatch, capsys):
    (tmp_path / "my_welds").mkdir()
    (tmp_path / "my_welds" / "config.yaml").write_text("data: {root: my_welds}\n", encoding="utf-8")
    (tmp_path / "more.yaml").write_text("training: {batch_size: 8}\n", encoding="utf-8")
    (tmp_path / "configs").symlink_to(PAGE.parents[1] / "configs")
    monkeypatch.chdir(tmp_path)
    assert main([*shlex.split(command)[1:], "--print_config"]) == 0
    assert "root:" in capsys.readouterr().out


def test_the_example_loads(tmp_path):
    (tmp_path / "config.yaml").write_text(blocks("yaml config")[-1], encoding="utf-8")
    settings, resolved = load_settings([tmp_path / "config.yaml"])
    assert settings.data.windows.hop_s == 0.5
    assert resolved["split"]["init_args"]["k"] == 5
    assert settings.model.encoders is not None
    make = settings.model.encoders["sound"]
    assert isinstance(make(Flow("waveform", 1, length=16000, rate=16000.0)), MelCNN)
    assert settings.trainer["max_epochs"] == 50


def test_the_pretraining_loads(tmp_path):
    (text,) = blocks("yaml pretrain")
    (tmp_path / "pretrain.yaml").write_text(text, encoding="utf-8")
    settings, _ = load_settings([tmp_path / "pretrain.yaml"])
    assert isinstance(settings.training.pretrain, Contrastive)
    assert [type(view) for view in settings.training.pretrain.views] == [Mirror, Zoom, Light]


def test_the_stages_and_selections_load(tmp_path):
    (text,) = blocks("yaml stages")
    (tmp_path / "stages.yaml").write_text(text, encoding="utf-8")
    settings, _ = load_settings([tmp_path / "stages.yaml"])
    assert [stage.modalities for stage in settings.training.stages] == [
        [name] for name in settings.data.inputs
    ]
    assert settings.model.select["spectrometer"].count == 200
    assert settings.training.stages[2].balanced


def test_every_section_is_described():
    text = PAGE.read_text("utf-8")
    _, resolved = load_settings()
    assert all(f"`{section}`" in text for section in resolved)
