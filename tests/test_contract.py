"""Every part in the package holds its contract; a new file is tested without being named here."""

from functools import partial

import pytest
import torch
from torch import Tensor, nn

import weldfusion.encoders
import weldfusion.fusion
import weldfusion.heads
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.encoder import Encoder
from weldfusion.encoders.mel import MelCNN
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Exchange, Fusion, LateFusion
from weldfusion.fusion.penalty import Penalty
from weldfusion.heads.classes import ClassHead
from weldfusion.heads.head import Head
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.image_set import ImageSet
from weldfusion.systems.parts import Parts
from weldfusion.testing import (
    ContractError,
    check_encoder,
    check_exchange,
    check_fusion,
    check_head,
    check_model,
    check_penalty,
)
from weldfusion.testing.parts import parts_of

FLOWS = [
    Flow("waveform", 2, length=300, rate=1000.0),
    Flow("waveform", 1, length=4096, rate=16000.0),
    Flow("image", 3, size=(48, 40)),
    Flow("table", 5),
    Flow.tokens(40, 6),
    Flow.features(7),
    Flow("maps", 6, size=(9, 8)),
]
RARER_FLOWS = [Flow("image", 1, size=(64, 64)), Flow("image", 3, size=(32, 24), count=3)]
"""For encoders that take none of the above: pictures that can be halved six times, sets of pictures."""
TOKENS = {"sound": Flow.tokens(20, 8), "keys": Flow.tokens(20, 8), "photo": Flow.tokens(20, 8)}
FEATURES = {"sound": Flow.features(5), "photo": Flow.features(9), "type": Flow.features(7)}
NEEDED = {
    "Only": {"modality": "photo"},
    "OneWayAttention": {"query": "photo", "keys": "keys"},
    "PooledAddition": {"onto": "photo", "source": "keys"},
    "Chain": {"encoders": [SmallCNN2d]},
    "InSilence": {"encoder": MelCNN, "samples": 4800},
    "SelfAttention": {"heads": 1},
}
"""Settings without which a part cannot be built."""
COUNTS = {"MFB": (2,), "MFH": (2,), "TokenAttention": (2, 3)}
"""Numbers of modalities that a fusion joins, where not any."""
TARGETS = {
    "quality": TargetSpec("quality", "class", classes=("good", "poor", "bad")),
    "imperfections": TargetSpec("imperfections", "multilabel", classes=("pore", "crack")),
    "force": TargetSpec("force", "real", unit="N"),
    "pores_along": TargetSpec(
        "pores_along", "intervals", "interval", classes=("pore", "crack"), step_s=0.01, steps=4
    ),
    "depth_along": TargetSpec("depth_along", "curve", "sample", unit="mm", step_s=0.01, steps=4),
}
INPUTS = {
    "sound": Flow("waveform", 1, length=4200, rate=16000.0),
    "current": Flow("waveform", 2, length=64, rate=100.0),
    "photo": Flow("image", 3, size=(32, 32), count=3),
    "picture": Flow("image", 1, size=(32, 32)),
    "parameters": Flow("table", 4),
}

ENCODERS = parts_of(weldfusion.encoders, Encoder)
LATE = parts_of(weldfusion.fusion, LateFusion)


@pytest.mark.parametrize("part", ENCODERS, ids=lambda part: part.__name__)
def test_encoder(part):
    accepted = 0
    make = partial(part, **NEEDED.get(part.__name__, {}))
    for flow in [*FLOWS, *RARER_FLOWS]:
        if flow in RARER_FLOWS and accepted:
            break
        try:
            make(flow)
        except ConfigError:
            continue
        check_encoder(make, flow)
        accepted += 1
    assert accepted, "constructs from no typical flow with its default settings"


def test_encoder_of_several_images():
    check_encoder(partial(ImageSet, make=SmallCNN2d), Flow("image", 3, size=(32, 24), count=3))


@pytest.mark.parametrize("part", parts_of(weldfusion.fusion, Exchange), ids=lambda part: part.__name__)
@pytest.mark.parametrize("count", [2, 3])
def test_exchange(part, count):
    make = partial(part, **NEEDED.get(part.__name__, {}))
    check_exchange(make, dict(sorted(TOKENS.items())[:count]))


@pytest.mark.parametrize(
    "part", [*parts_of(weldfusion.fusion, Fusion), *LATE], ids=lambda part: part.__name__
)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_fusion(part, count):
    make = partial(part, **NEEDED.get(part.__name__, {}))
    flows = dict(sorted(FEATURES.items())[:count])
    if count in COUNTS.get(part.__name__, (1, 2, 3)):
        check_fusion(make, flows)
    else:
        with pytest.raises(ConfigError, match="two modalities, found"):
            make(flows)


@pytest.mark.parametrize("part", parts_of(weldfusion.fusion, Penalty), ids=lambda part: part.__name__)
@pytest.mark.parametrize("count", [2, 3])
def test_penalty(part, count):
    check_penalty(part, dict.fromkeys(sorted(FEATURES)[:count], Flow.features(6)))


@pytest.mark.parametrize("part", parts_of(weldfusion.heads, Head), ids=lambda part: part.__name__)
def test_head(part):
    accepted = 0
    for target in TARGETS.values():
        try:
            part(Flow.features(6), target)
        except ConfigError:
            continue
        check_head(part, Flow.features(6), target)
        accepted += 1
    assert accepted


@pytest.mark.parametrize("fusion", [None, *LATE], ids=["default", *[part.__name__ for part in LATE]])
def test_model(fusion):
    check_model(
        lambda flows, targets: FusionModel(flows, targets, Parts(fusion=fusion)), INPUTS, joined_by(fusion)
    )


def joined_by(fusion):
    """The targets that a late fusion takes."""
    found = {}
    for name, target in TARGETS.items():
        try:
            if fusion is not None:
                fusion({"sound": Flow.features(1)}).bind(target)
        except ConfigError:
            continue
        found[name] = target
    return found


class Sound(Encoder):
    """A correct encoder whose faults are added below."""

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        if flow.kind != "waveform":
            raise ConfigError("waveforms only")
        self.linear = nn.Linear(flow.channels, 4)
        self.out = Flow.features(4)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        if valid is not None:
            x = x.masked_fill(~valid.unsqueeze(1), 0.0)
        return self.linear(x.mean(dim=-1))


class MixesBatch(Sound):
    def forward(self, x, valid=None):
        found = super().forward(x, valid)
        return found - found.mean(dim=0)


class PlainList(Sound):
    def __init__(self, flow):
        super().__init__(flow)
        self.factors = [torch.randn(4)]

    def forward(self, x, valid=None):
        return super().forward(x, valid) * self.factors[0]


class ChangesInput(Sound):
    def forward(self, x, valid=None):
        x.mul_(0.5)
        return super().forward(x, valid)


class OtherSize(Sound):
    def __init__(self, flow):
        super().__init__(flow)
        self.out = Flow.features(5)


class SeesInvalid(Sound):
    def forward(self, x, valid=None):
        return super().forward(x, None)


class Random(Sound):
    def forward(self, x, valid=None):
        return nn.functional.dropout(super().forward(x, valid), 0.5, training=True)


class DeadWeight(Sound):
    def __init__(self, flow):
        super().__init__(flow)
        self.unused = nn.Linear(2, 2)


class NotFinite(Sound):
    def forward(self, x, valid=None):
        found = super().forward(x, valid)
        return found if valid is None else found / valid.any(dim=1, keepdim=True)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (MixesBatch, "alone differs"),
        (PlainList, "state dictionary"),
        (ChangesInput, "changed in place"),
        (OtherSize, "promises"),
        (SeesInvalid, "not valid"),
        (Random, "two calls"),
        (DeadWeight, "no gradient reaches unused"),
        (NotFinite, "not finite"),
    ],
)
def test_broken_encoders_are_caught(part, fault):
    check_encoder(Sound, FLOWS[0])
    with pytest.raises(ContractError, match=fault):
        check_encoder(part, FLOWS[0])


class AbsentCounts(Fusion):
    def __init__(self, flows):
        super().__init__()
        self.out = Flow.features(sum(flow.channels for flow in flows.values()))

    def forward(self, x, present):
        return torch.cat([x[name] for name in sorted(x)], dim=-1)


class FileOrder(AbsentCounts):
    def forward(self, x, present):
        return torch.cat([x[name] * present[name].unsqueeze(-1) for name in x], dim=-1)


@pytest.mark.parametrize(
    ("part", "fault"), [(AbsentCounts, "absent modality"), (FileOrder, "order of the names")]
)
def test_broken_fusions_are_caught(part, fault):
    with pytest.raises(ContractError, match=fault):
        check_fusion(part, FEATURES)


class KnowsAll(ClassHead):
    """Takes absent truths for the first class."""

    def loss(self, raw, truth):
        return nn.functional.cross_entropy(raw, truth.value, reduction="none")


def test_a_broken_head_is_caught():
    with pytest.raises(ContractError, match="without truth"):
        check_head(KnowsAll, Flow.features(6), TARGETS["quality"])
