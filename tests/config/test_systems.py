"""The model of a config: parts named one by one, or a published system with settings of its own."""

import sys

import pytest
import yaml

from weldfusion.config.help import help_on, settings_help
from weldfusion.config.load import load_resolved, load_settings
from weldfusion.encoders.table import TableMLP
from weldfusion.errors import ConfigError
from weldfusion.systems.parts import Parts
from weldfusion.training.settings import FitSettings

SYSTEM = """\
from dataclasses import dataclass
from functools import partial

from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.systems.parts import Parts
from weldfusion.systems.system import System


@dataclass(frozen=True)
class TwoTowers(System):
    '''Two towers of blocks.

    Args:
        sound: modality of the first tower.
        current: modality of the second tower.
        width: channels of both.
    '''
    sound: str
    current: str = "current"
    width: int = 8

    def parts(self) -> Parts:
        tower = partial(ConvBlocks1d, widths=(self.width,))
        return Parts(encoders={self.sound: tower, self.current: tower}, modality_dropout=0.0)
"""
NAME = "paper_code.TwoTowers"


@pytest.fixture
def paper(tmp_path, monkeypatch):
    (tmp_path / "paper_code.py").write_text(SYSTEM)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    yield tmp_path
    sys.modules.pop("paper_code", None)


def load(folder, text, *words):
    (folder / "a.yaml").write_text(text)
    return load_settings([folder / "a.yaml"], words, trust=["paper_code"])


@pytest.mark.parametrize("text", [
    f"model: {{class_path: {NAME}, init_args: {{sound: microphone, width: 16}}}}",
    f"model: {{class_path: {NAME}, sound: microphone, width: 16}}",
])  # fmt: skip
def test_a_system_is_named_with_its_settings_and_kept_in_the_run(paper, text):
    loaded, resolved = load(paper, text)
    assert (loaded.model.sound, loaded.model.current, loaded.model.width) == ("microphone", "current", 16)
    assert sorted(loaded.model.parts().encoders) == ["current", "microphone"]
    again = yaml.safe_load(yaml.safe_dump(resolved))
    assert load_resolved(again, trust=["paper_code"]).model == loaded.model


def test_its_settings_are_options(paper):
    loaded, _ = load(paper, f"model: {{class_path: {NAME}, sound: microphone}}", "--model.width", "4")
    assert loaded.model.width == 4
    words = ["--model", NAME, "--model.sound", "microphone"]
    assert load_settings(overrides=words, trust=["paper_code"])[0].model.sound == "microphone"


GIVEN = f"model:\n  class_path: {NAME}\n  sound: a\n  "


@pytest.mark.parametrize(("text", "told"), [
    (f"{GIVEN}widht: 3", "a.yaml:4: model.widht: unknown setting; did you mean width"),
    (f"{GIVEN}width: b", "a.yaml:4: model.width: expected int, got 'b'"),
    (f"{GIVEN}fusion: Concat", "a.yaml:4: model.fusion: unknown setting"),
    (f"model: {{class_path: {NAME}}}", "model.sound: must be given: text"),
    ("model: Partz", "a.yaml:1: model: no System is called 'Partz'; did you mean Parts"),
    ("model: Concat", "a.yaml:1: model: no System is called 'Concat'"),
    ("model: System", "a.yaml:1: model: System cannot be used as System; valid: "),
    ("model: 3", "a.yaml:1: model: expected a mapping of settings or a class (System), got 3"),
])  # fmt: skip
def test_mistakes_are_told_in_one_line(paper, text, told):
    with pytest.raises(ConfigError) as found:
        load(paper, text)
    assert told in str(found.value)
    assert "\n" not in str(found.value)


def test_going_over_to_a_system_says_what_is_dropped(paper, capsys):
    load(paper, "model: {fusion: Concat}", "--model", NAME, "--model.sound", "a")
    assert "model: Parts is replaced by TwoTowers; dropped fusion=" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "model:", "model: {}", "model: Parts", "seed: 0"])
def test_without_a_system_the_parts_are_meant(paper, text):
    assert load(paper, text)[0].model == Parts()


def test_a_run_from_before_systems_had_names_still_loads():
    plain = {"model": {"encoders": {"t": {"class_path": "TableMLP", "init_args": {}}}, "modality_dropout": 0}}
    model = load_resolved(plain).model
    assert isinstance(model, Parts)
    assert model.encoders["t"].cls is TableMLP
    assert model.modality_dropout == 0


def test_help_tells_of_both(paper, monkeypatch):
    assert "\n  Parts " in help_on(FitSettings, "model", None)
    assert "--model.width " in help_on(FitSettings, "model", NAME, trust=["paper_code"])
    monkeypatch.setattr("weldfusion.config.help.class_names", lambda slot: ["Parts", "RTM", "TwoTowers"])
    text = " ".join(settings_help(FitSettings).split())
    assert "--model NAME in place of these: RTM, TwoTowers; --model.help NAME tells its settings" in text
    assert "--model.modality_dropout" in text
