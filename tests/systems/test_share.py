"""Sensors that use one encoder: weights once, gradients from all, every mistake in one line."""

from dataclasses import replace
from functools import partial

import lightning.pytorch as pl
import numpy as np
import pytest
import torch

from tests.training.fake import FakeWindows, largest_difference, stage, weights
from weldfusion.config.load import load_resolved, load_settings
from weldfusion.data.batch import Batch, Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.errors import ConfigError
from weldfusion.fusion.concat import Concat
from weldfusion.fusion.cross_attention import CrossAttention
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
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
        ({**FLOWS, "side": replace(VIEW, count=2)}, SHARED, r"share\.side: top is one image, side a set"),
    ],
)  # fmt: skip
def test_what_cannot_be_shared_is_told_in_one_line(flows, parts, told):
    with pytest.raises(ConfigError, match=told) as found:
        FusionModel(flows, TARGETS, parts)
    assert "\n" not in str(found.value)
