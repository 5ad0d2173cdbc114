"""What is told of tokens before the last join."""

from functools import partial

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.fusion.concat import Concat
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.introduction import averaged_lines

FLOWS = {"curve": Flow("waveform", 1, length=256), "table": Flow("table", 3)}
TARGETS = {"defect": TargetSpec("defect", "class", classes=("good", "pore"))}


def model(out: str) -> FusionModel:
    encoder = partial(ConvBlocks1d, widths=(8, 8), out=out)
    return FusionModel(FLOWS, TARGETS, Parts(encoders={"curve": encoder}, fusion=Concat))


def test_tokens_that_are_averaged_are_told():
    assert averaged_lines(model("tokens")) == [
        "  tokens of curve are averaged before the last join, which does not see their order; exchanges and "
        "trunks do"
    ]


def test_nothing_is_told_of_features():
    assert averaged_lines(model("features")) == []
