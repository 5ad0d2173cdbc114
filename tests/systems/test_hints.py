"""Parts that do not fit together are told before a recording is read, with what would fit."""

import warnings
from functools import partial

import pytest

from weldfusion.config.load import load_settings
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.encoders.projection import Projection
from weldfusion.encoders.side_by_side import SideBySide
from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
from weldfusion.encoders.views import Views
from weldfusion.errors import ConfigError, WeldfusionWarning
from weldfusion.fusion.cross_attention import CrossAttention
from weldfusion.fusion.fusion import LateFusion
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.rehearsal import warn_of_adapted

WAVE = Flow("waveform", 1, length=64)
FLOWS = {"arc": WAVE, "sound": WAVE, "settings": Flow("table", 3)}
TARGETS = {"verdict": TargetSpec("verdict", "class", classes=("good", "bad"))}
TOKENS = partial(ConvBlocks1d, widths=(4,), out="tokens")


class OnlyNumbers(LateFusion):
    def __init__(self, flows):
        super().__init__()

    def bind(self, target):
        if target.kind != "real":
            raise ConfigError(f"OnlyNumbers joins numbers, but {target.name} is {target.kind}; take Mean")

    def forward(self, head, outputs, present):
        return sum(outputs.values())


def model(**parts):
    return FusionModel(FLOWS, TARGETS, Parts(**parts))


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (
            {"exchange": CrossAttention},
            "model.exchange: CrossAttention needs tokens of at least two modalities, found arc: features, "
            "settings: features, sound: features; set out: tokens in model.encoders.arc and "
            "model.encoders.sound, or leave the exchange out",
        ),
        (
            {"exchange": [CrossAttention], "encoders": {"arc": TOKENS}},
            "model.exchange.0: CrossAttention needs tokens of at least two modalities, found arc: tokens, "
            "settings: features, sound: features; set out: tokens in model.encoders.sound, or leave the "
            "exchange out",
        ),
        (
            {"trunks": {"arc": SideBySide}},
            "model.trunks.arc: SideBySide takes tokens, not features; set out: tokens in model.encoders.arc, "
            "or leave model.trunks.arc out",
        ),
        (
            {"trunks": {"arc": partial(Projection, size=0)}},
            "model.trunks.arc: size is 0, expected at least 1",
        ),
        (
            {"encoders": {"arc": partial(ConvBlocks1d, widths=[4] * 7)}},
            "model.encoders.arc: 64 samples are too few for 7 blocks with pool strides "
            "[2, 2, 2, 2, 2, 2, 2], which need 128; lengthen data.windows.length_s, or lower "
            "pool_strides or the number of widths",
        ),
        (
            {"fusion": OnlyNumbers},
            "model.fusion: OnlyNumbers joins numbers, but verdict is class; take Mean",
        ),
    ],
)
def test_what_would_fit_is_told_in_one_line(parts, told):
    with pytest.raises(ConfigError) as found:
        model(**parts)
    assert str(found.value) == told


def test_tokens_before_a_fusion_are_averaged():
    assert model(encoders={"arc": TOKENS}).late["arc"].kind == "tokens"


WORDS = ["--model.encoders.photo", "TorchvisionBackbone", "--model.encoders.photo.weights", "DEFAULT"]


@pytest.mark.parametrize("make", [
    partial(TorchvisionBackbone, weights="DEFAULT"),
    partial(Views, encoder=partial(TorchvisionBackbone, weights="DEFAULT")),
    load_settings(overrides=WORDS)[0].model.encoders["photo"],
])  # fmt: skip
def test_colour_weights_on_a_thermal_picture_are_said(make):
    thermal, colour = (Flow("image", channels, size=(64, 64)) for channels in (1, 3))
    with pytest.warns(
        WeldfusionWarning, match=r"^model\.encoders\.photo: its weights .* photo has 1; the first"
    ):
        warn_of_adapted(Parts(encoders={"photo": make}), {"photo": thermal})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_adapted(Parts(encoders={"photo": make}), {"photo": colour})
        warn_of_adapted(Parts(encoders={"photo": TorchvisionBackbone}), {"photo": thermal})
