"""Help texts name every setting that Python's own signatures name."""

import dataclasses
import inspect

import pytest
import torch

from weldfusion.config.help import help_on, settings_help, settings_list
from weldfusion.config.signature import settings_of
from weldfusion.config.slots import slot_of
from weldfusion.config.trainer import trainer_settings
from weldfusion.data.settings import DataSettings, Input, Windows
from weldfusion.encoders.mel import MelCNN
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Exchange, Fusion, LateFusion
from weldfusion.systems.parts import MakeEncoder, MakeFusion, Parts
from weldfusion.training.settings import FitSettings, TrainingSettings

SECTIONS = {
    "data": DataSettings,
    "data.windows": Windows,
    "data.inputs.NAME": Input,
    "model": Parts,
    "training": TrainingSettings,
}


def test_every_field_of_every_section_has_a_line_and_a_text():
    text = settings_help(FitSettings)
    for prefix, cls in SECTIONS.items():
        for field in dataclasses.fields(cls):
            if field.name != "windows":
                assert f"--{prefix}.{field.name} " in text.replace("\n", " \n")
            assert settings_of(cls)[field.name].doc, f"{cls.__name__}.{field.name} is not documented"


def test_help_of_a_class_names_its_parameters():
    text = help_on(FitSettings, "model.encoders.sound", "MelCNN")
    for name in list(inspect.signature(MelCNN).parameters)[1:]:
        assert f"--model.encoders.sound.{name} " in text.replace("\n", " \n")
    assert "--model.encoders.sound.flow" not in text


def below(base: type) -> set[type]:
    """All classes derived from a class, at whatever distance."""
    return {found for cls in base.__subclasses__() for found in {cls} | below(cls)}


def test_a_slot_lists_exactly_the_classes_that_python_knows():
    text = help_on(FitSettings, "model.fusion", None)
    listed = {line.split()[0] for line in text.splitlines()[1:] if line.startswith("  ") and line[2] != " "}
    known = {
        cls.__name__
        for cls in below(Fusion) | below(LateFusion)
        if cls.__module__.startswith("weldfusion.fusion") and not inspect.isabstract(cls)
    }
    assert listed == known
    assert Exchange not in slot_of(MakeFusion).bases


def test_optimisers_are_those_of_torch():
    text = help_on(FitSettings, "training.optimizer", None)
    for name in torch.optim.__all__:
        cls = getattr(torch.optim, name)
        if (
            isinstance(cls, type)
            and issubclass(cls, torch.optim.Optimizer)
            and cls is not torch.optim.Optimizer
        ):
            assert f"\n  {name} " in text


def test_help_of_the_trainer_is_that_of_lightning():
    text = settings_list(trainer_settings(), "trainer")
    assert "--trainer.gradient_clip_val " in text
    assert "--trainer.logger" not in text


@pytest.mark.parametrize(("key", "name", "expected"), [
    ("model.fusoin", None, "did you mean fusion?"),
    ("seed", None, "seed is int, not a section or a class"),
    ("model.fusion", "Conct", "did you mean Concat"),
    ("model.fusion", "os.system", "add --trust os"),
])  # fmt: skip
def test_help_on_nothing(key, name, expected):
    with pytest.raises(ConfigError) as caught:
        help_on(FitSettings, key, name)
    assert expected in str(caught.value)


def test_a_maker_of_a_part_is_told_apart_from_the_part():
    assert slot_of(MakeEncoder).given == 1
    assert slot_of(settings_of(FitSettings)["split"].annotation).given is None
    assert slot_of(int) is None
