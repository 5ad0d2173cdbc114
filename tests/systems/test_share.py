"""Sensors that use one encoder: weights once, gradients from all, every mistake in one line."""

from dataclasses import replace
from functools import partial

import lightning.pytorch as pl
import numpy as np
import pytest
import torch
from torch import nn

from tests.training.fake import FakeWindows, largest_difference, stage, weights
from weldfusion.config.build import Maker
from weldfusion.config.load import load_resolved, load_settings
from weldfusion.data.batch import Batch, Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.encoders.encoder import Encoder
from weldfusion.encoders.mel import MelCNN
from weldfusion.encoders.spectrogram_backbone import SpectrogramBackbone
from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
from weldfusion.errors import ConfigError
from weldfusion.fusion.concat import Concat
from weldfusion.fusion.cross_attention import CrossAttention
from weldfusion.layers.shared_stages import share_stages
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts, Share
from weldfusion.systems.sizes import check_sizes
from weldfusion.testing import check_model

VIEW = Flow("image", 1, size=(16, 16))
FLOWS = {"top": VIEW, "side": VIEW, "settings": Flow("table", 3)}
TARGETS = {"verdict": TargetSpec("verdict", "class", classes=("good", "bad"))}
ENCODER = partial(ConvBlocks1d, widths=(4,))
SHARED = Parts(share={"side": "top"})


def batch(flows, size=4, seed=0):
    draw = torch.Generator().manual_seed(seed)
    inputs = {name: torch.randn(size, *flow.shape, generator=draw) for name, flow in flows.items()}
    present = {name: torch.ones(size, dtype=torch.bool) for name in flows}
    truths = {"verdict": Truth(torch.tensor([0, 1] * (size // 2)), torch.ones(size, dtype=torch.bool))}
    return Batch(inputs, present, {}, truths)


def test_the_weights_are_held_and_stored_once():
    model = FusionModel(FLOWS, TARGETS, SHARED)
    assert model.encoders["side"] is model.encoders["top"]
    assert not [name for name in model.state_dict() if name.startswith("encoders.of_side")]
    assert sum(name.startswith("encoders.of_top") for name in model.state_dict()) > 0
    apart = FusionModel(FLOWS, TARGETS)
    spared = sum(p.numel() for p in apart.encoders["side"].parameters())
    assert sum(p.numel() for p in model.parameters()) == sum(p.numel() for p in apart.parameters()) - spared


def test_the_gradient_is_the_sum_of_those_of_two_equal_encoders():
    """In eval mode, as batch statistics would be another matter only in order."""
    shared = FusionModel(FLOWS, TARGETS, SHARED).eval()
    apart = FusionModel(FLOWS, TARGETS).eval()
    state = shared.state_dict()
    copies = {k.replace("of_top", "of_side"): v for k, v in state.items() if k.startswith("encoders.of_top")}
    apart.load_state_dict({**state, **copies})
    x = batch(FLOWS)
    for model in (shared, apart):
        model.training_loss(x)["verdict"].mean().backward()
    grads = [[p.grad for p in apart.encoders[name].parameters()] for name in ("top", "side")]
    for ours, top, side in zip(shared.encoders["top"].parameters(), *grads, strict=True):
        torch.testing.assert_close(ours.grad, top + side)
        assert bool((top != 0).any())
        assert bool((side != 0).any())


@pytest.mark.parametrize("counts", [(None, None), (3, 3), (3, 2)])
def test_it_holds_the_contract_of_a_model_with_pictures_and_sets_of_pictures(counts):
    sets = {
        name: Flow("image", 3, size=(32, 32), count=n) for name, n in zip(("a", "b"), counts, strict=True)
    }
    parts = Parts(share={"b": "a"}, encoders={"a": partial(SmallCNN2d, widths=(8, 16))})
    check_model(lambda flows, targets: FusionModel(flows, targets, parts), sets, TARGETS)


def test_three_signals_with_one_stem_trunks_and_an_exchange():
    flows = {name: Flow("waveform", 1, length=64, rate=1000.0) for name in ("a", "b", "c")}
    stem = partial(ConvBlocks1d, widths=(8,), out="tokens")
    parts = Parts(
        encoders={"b": stem},
        share={"a": "b", "c": "b"},
        exchange=CrossAttention,
        trunks={name: partial(ConvBlocks1d, widths=(8,)) for name in flows},
        fusion=Concat,
    )
    model = FusionModel(flows, TARGETS, parts)
    check_sizes(model)
    assert len({id(model.trunks[name]) for name in flows}) == 3
    check_model(lambda flows, targets: FusionModel(flows, targets, parts), flows, TARGETS)


def test_each_sensor_keeps_its_own_scale():
    model = FusionModel(FLOWS, TARGETS, SHARED).eval()
    x = batch(FLOWS)
    expected = model(x)["verdict"]
    model.fit_statistics("side", np.array([5.0]), np.array([2.0]))
    moved = {**x.inputs, "side": x.inputs["side"] * 2 + 5}
    torch.testing.assert_close(model(Batch(moved, x.present, {}, {}))["verdict"], expected)


def test_a_config_names_it_and_a_run_keeps_it():
    settings, resolved = load_settings(overrides=["--model.share.side", "top"])
    assert settings.model.share == {"side": "top"}
    assert load_resolved(resolved).model == settings.model


class TwoViews(FakeWindows):
    """The curve, and as another sensor the curve backwards."""

    def __getitems__(self, indices):
        given = super().__getitems__(indices)
        curve, here = given.inputs["curve"], given.present["table"]
        inputs, present = {"a": curve, "b": curve.flip(2)}, {"a": torch.ones_like(here), "b": here}
        return Batch(inputs, present, {}, given.targets, given.where)


class Interrupt(pl.Callback):
    def on_train_batch_start(self, trainer, *_):
        if trainer.global_step == 9:
            raise InterruptedError


def test_an_interrupted_training_goes_on_exactly(tmp_path):
    torch.set_num_threads(1)
    flows = {name: Flow("waveform", 2, length=16) for name in ("a", "b")}
    targets = {"defect": TargetSpec("defect", "class", classes=("good", "pore"))}

    def train(folder, *extra):
        torch.manual_seed(0)
        model = FusionModel(flows, targets, Parts(share={"b": "a"}, encoders={"a": ENCODER}))
        stage(extra, augment=None).run(model, TwoViews(53), TwoViews(20, 1000), None, folder)
        return weights(model)

    with pytest.raises(InterruptedError):
        train(tmp_path / "b", Interrupt())
    assert largest_difference(train(tmp_path / "b"), train(tmp_path / "a")) == 0


class Stages(Encoder):
    """Two stages, and a last layer that is no stage."""

    def __init__(self, flow):
        super().__init__()
        self.one, self.two = nn.Linear(flow.channels, 4), nn.Linear(4, 4)
        self.norm, self.last = nn.BatchNorm1d(4), nn.Linear(4, 2)
        self.out = Flow.features(2)

    def stages(self):
        return ["one norm", "two"]

    def forward(self, x, valid=None):
        return self.last(torch.relu(self.two(torch.relu(self.norm(self.one(x))))))


class Whole(Stages):
    def stages(self):
        return []


TABLES = {"a": Flow("table", 3), "b": Flow("table", 3)}


def tables(stages, norms):
    share = {"b": Share("a", stages=stages, norms=norms)}
    return FusionModel(TABLES, TARGETS, Parts(encoders={"a": Stages}, share=share))


@pytest.mark.parametrize(
    ("stages", "norms", "spared"),
    [
        (1, "own", 16),
        (1, "shared", 24),
        (2, "own", 36),
        (2, "shared", 44),
        (None, "own", 46),
        (None, "shared", 54),
    ],
)
def test_shared_weights_are_counted_once_and_the_same_after_loading(stages, norms, spared):
    """Layers one, two, last and the normalisation have 16, 20, 10 and 8 parameters."""
    apart = FusionModel(TABLES, TARGETS, Parts(encoders=dict.fromkeys("ab", Stages)))
    model, other = tables(stages, norms), tables(stages, norms)
    counts = [sum(p.numel() for p in each.parameters()) for each in (apart, model)]
    assert counts[0] - counts[1] == spared
    other.load_state_dict(model.state_dict())
    a, b = other.encoders["a"], other.encoders["b"]
    assert a.one.weight is b.one.weight
    assert (a.two.weight is b.two.weight) == (stages != 1)
    assert (a.last.weight is b.last.weight) == (stages is None)
    assert (a.norm is b.norm) == (norms == "shared")
    x = batch(TABLES)
    torch.testing.assert_close(other.eval()(x), model.eval()(x), rtol=0, atol=0)


@pytest.mark.parametrize("norms", ["own", "shared"])
def test_own_batch_statistics_are_those_of_each_input(norms):
    """Of one training pass the mean of what enters a normalisation, at momentum 0.1."""
    model = tables(None, norms).train()
    x = batch(TABLES, 8)
    model(x)
    a, b = model.encoders["a"], model.encoders["b"]
    means = [encoder.one(x.inputs[name]).mean(dim=0) for name, encoder in (("a", a), ("b", b))]
    expected = (
        [0.1 * mean for mean in means] if norms == "own" else [0.9 * 0.1 * means[0] + 0.1 * means[1]] * 2
    )
    torch.testing.assert_close([a.norm.running_mean, b.norm.running_mean], expected)


def test_both_sensors_train_what_they_share():
    model = tables(1, "own")
    x = batch(TABLES)
    for name, left in (("a", "b"), ("b", "a")):
        model.zero_grad()
        model.training_loss(x, {left: torch.ones(4, dtype=torch.bool)})["verdict"].mean().backward()
        assert bool((model.encoders["a"].one.weight.grad != 0).any()), name
        grad = model.encoders[left].last.weight.grad
        assert grad is None or not bool((grad != 0).any())


PARTLY = [
    (Flow("waveform", 1, length=64), partial(ConvBlocks1d, widths=(4, 4)), 1),
    (Flow("image", 1, size=(16, 16)), partial(SmallCNN2d, widths=(4, 8)), 1),
    (Flow("image", 1, size=(16, 16), count=2), partial(SmallCNN2d, widths=(4, 8)), 2),
    (Flow("waveform", 1, length=4096, rate=16000.0), partial(MelCNN, widths=(4, 4)), 1),
]  # fmt: skip


@pytest.mark.parametrize("norms", ["own", "shared"])
@pytest.mark.parametrize(("flow", "encoder", "stages"), PARTLY)
def test_partly_shared_encoders_hold_the_contract_of_a_model(flow, encoder, stages, norms):
    parts = Parts(encoders={"a": encoder}, share={"b": Share("a", stages, norms)})
    check_model(lambda flows, targets: FusionModel(flows, targets, parts), dict.fromkeys("ab", flow), TARGETS)


@pytest.mark.parametrize(
    ("name", "out", "count"),
    [("resnet18", "features", 5), ("resnet18", "maps", 5), ("mobilenet_v2", "features", 19)],
)  # fmt: skip
def test_stages_of_published_networks(name, out, count):
    flows = {side: Flow("image", 1, size=(64, 64)) for side in "ab"}
    encoder = partial(TorchvisionBackbone, name=name, out=out)
    with torch.device("meta"):
        a, b = encoder(flows["a"]), encoder(flows["b"])
    assert len(a.stages()) == count
    share_stages(b, a, a.stages()[:2], "own")
    ours, theirs = dict(a.named_parameters()), dict(b.named_parameters())
    same = {key for key in ours if ours[key] is theirs[key]}
    convolutions = {key for key, value in ours.items() if value.ndim == 4}
    first = tuple(f"{piece}." for stage in a.stages()[:2] for piece in stage.split(" "))
    assert same == {key for key in convolutions if key.startswith(first)}
    assert same


def test_a_config_names_a_part_that_is_shared():
    words = ["--model.share.side.of", "top", "--model.share.side.stages", "2"]
    settings, resolved = load_settings(overrides=words)
    assert settings.model.share == {"side": Share("top", 2, "own")}
    assert load_resolved(resolved).model == settings.model
    for key, value, told in (("stages", "0", "side.stages: must be at least 1 or null, is 0"),
                             ("norms", "all", "side.norms: expected own or shared, got 'all'"),
                             ("stage", "1", "side.stage: unknown setting")):  # fmt: skip
        with pytest.raises(ConfigError, match=told):
            load_settings(overrides=[*words, f"--model.share.side.{key}", value])
    with pytest.raises(ConfigError, match=r"expected text or a mapping of settings \(in quotes\), got 3"):
        load_settings(overrides={"model.share.side": 3})


class Sequence3d(Encoder):
    """Takes all frames at once."""

    whole_sets = True

    def __init__(self, flow):
        super().__init__()
        if flow.count is None:
            raise ConfigError("takes several images")
        self.conv = nn.Conv3d(flow.channels, 4, (flow.count, 3, 3))
        self.out = Flow.features(4)

    def forward(self, x, valid=None):
        if valid is not None:
            x = x.masked_fill(~valid[:, :, None, None, None], 0.0)
        return self.conv(x.transpose(1, 2)).mean(dim=(2, 3, 4))


@pytest.mark.parametrize("make", [Sequence3d, partial(Sequence3d), Maker("model.encoders.a", Sequence3d, {})])
def test_an_encoder_of_whole_sets_gets_all_images(make):
    flows = {"a": Flow("image", 1, size=(16, 16), count=3), "b": Flow("table", 2)}
    parts = Parts(encoders={"a": make})
    assert isinstance(FusionModel(flows, TARGETS, parts).encoders["a"], Sequence3d)
    check_model(lambda flows, targets: FusionModel(flows, targets, parts), flows, TARGETS)


def test_encoders_of_whole_sets_are_shared_by_sets_of_equal_number():
    flows = {
        name: Flow("image", 1, size=(16, 16), count=count) for name, count in (("a", 3), ("b", 3), ("c", 2))
    }
    parts = Parts(encoders={"a": Sequence3d}, share={"b": "a"})
    model = FusionModel({name: flows[name] for name in "ab"}, TARGETS, parts)
    assert model.encoders["a"] is model.encoders["b"]
    with pytest.raises(ConfigError, match=r"model\.share\.c: count is 2, that of a 3"):
        FusionModel(flows, TARGETS, replace(parts, share={"b": "a", "c": "a"}))


@pytest.mark.parametrize(
    ("flows", "parts", "told"),
    [
        (FLOWS, Parts(share={"sdie": "top"}), r"^model\.share\.sdie: no such name here; did you mean side"),
        (FLOWS, Parts(share={"side": "tpo"}), r"^model\.share\.side: no modality 'tpo'; did you mean top"),
        (FLOWS, Parts(share={"side": "side"}), r"^model\.share\.side: side has no encoder of its own"),
        (FLOWS, Parts(share={"side": "top", "top": "side"}), r"share\.side: top has no encoder of its own"),
        (FLOWS, Parts(share={"settings": "top"}), r"share\.settings: kind is table, that of top image"),
        (
            FLOWS,
            Parts(share={"side": "top"}, encoders={"side": SmallCNN2d}),
            r"^model\.share\.side: model\.encoders\.side is given too",
        ),
        (
            {**FLOWS, "side": Flow("image", 1, size=(16, 24))},
            SHARED,
            r"share\.side: size is \(16, 24\), that of top \(16, 16\); .*data\.inputs\.side and data\.inputs",
        ),
        (
            FLOWS,
            Parts(share={"side": Share("top", 5)}),
            r"^model\.share\.side\.stages: is 5, but SmallCNN2d has 4 stages$",
        ),
        (
            {"a": Flow("table", 3), "b": Flow("table", 3)},
            Parts(encoders={"a": Whole}, share={"b": Share("a", 1)}),
            r"^model\.share\.b\.stages: Whole is shared as a whole only; leave stages out$",
        ),
        ({**FLOWS, "side": replace(VIEW, count=2)}, SHARED, r"share\.side: top is one image, side a set"),
    ],
)  # fmt: skip
def test_what_cannot_be_shared_is_told_in_one_line(flows, parts, told):
    with pytest.raises(ConfigError, match=told) as found:
        FusionModel(flows, TARGETS, parts)
    assert "\n" not in str(found.value)


SOUND = Flow("waveform", 1, length=4096, rate=16000.0)
UNLIKE = {"picture": Flow("image", 1, size=(24, 16), count=3), "sound": SOUND}
SMALL = partial(SmallCNN2d, widths=(4, 8))


def heard(encoder=SMALL):
    return partial(SpectrogramBackbone, backbone=encoder, size=(16, 16))


def unlike(encoder=SMALL, **share):
    encoders = {"picture": SMALL, "sound": heard(encoder)}
    return FusionModel(UNLIKE, TARGETS, Parts(encoders=encoders, share={"sound": Share("picture", **share)}))


@pytest.mark.parametrize(
    ("share", "same"),
    [({}, [True, True]), ({"stages": 1}, [True, False]), ({"skip": 1}, [False, True])],
)
@pytest.mark.parametrize("norms", ["own", "shared"])
def test_networks_inside_unlike_encoders_are_shared(share, same, norms):
    """The network of pictures, one by one, and that behind a spectrogram: its two stages."""
    model = unlike(**share, norms=norms)
    ours, theirs = model.encoders["sound"], model.encoders["picture"]
    for here, there, shared in zip(ours.stages(), theirs.stages(), same, strict=True):
        pairs = list(zip(parts_of(ours, here), parts_of(theirs, there), strict=True))
        assert {a.weight is b.weight for a, b in pairs if isinstance(a, nn.Conv2d)} == {shared}
        of_norms = {a.weight is b.weight for a, b in pairs if isinstance(a, nn.BatchNorm2d)}
        assert of_norms == {shared and norms == "shared"}
    parts = Parts(
        encoders={"picture": SMALL, "sound": heard()},
        share={"sound": Share("picture", **share, norms=norms)},
    )
    check_model(lambda flows, targets: FusionModel(flows, targets, parts), UNLIKE, TARGETS)


def parts_of(encoder, stage):
    return [part for name in stage.split(" ") for part in encoder.get_submodule(name).modules()]


LESS = partial(SmallCNN2d, widths=(4,))
WIDER = partial(SmallCNN2d, widths=(5, 8))


@pytest.mark.parametrize(
    ("encoder", "share", "told"),
    [
        (SMALL, {"skip": 2}, r"^model\.share\.sound\.skip: is 2, but SpectrogramBackbone has 2 stages$"),
        (SMALL, {"skip": 1, "stages": 2}, r"stages: is 2, but SpectrogramBackbone has 1 stages after the 1 "),
        (LESS, {}, r"^model\.share\.sound: has 1 stages after skip, picture 2; give stages, at most 1$"),
        (WIDER, {}, r"^model\.share\.sound: of picture cannot be used: .*\(5, 1, 3, 3\) here"),
    ],
)
def test_unlike_networks_are_told(encoder, share, told):
    with pytest.raises(ConfigError, match=told):
        unlike(encoder, **share)
