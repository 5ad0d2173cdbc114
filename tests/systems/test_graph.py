"""The fusion model: what it leaves out, what it tells."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from weldfusion.data.batch import Batch, Truth, Where
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.encoders.dlinear import DLinear
from weldfusion.encoders.encoder import Encoder
from weldfusion.encoders.inverted import InvertedSpectrum
from weldfusion.encoders.mel import MelCNN
from weldfusion.encoders.table import TableMLP
from weldfusion.errors import ConfigError
from weldfusion.fusion.cross_attention import CrossAttention
from weldfusion.fusion.mean_probability import MeanProbability
from weldfusion.fusion.one_way_attention import OneWayAttention
from weldfusion.heads.real import RealHead
from weldfusion.signals.channel_selection import ChannelSelection
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.systems.sizes import check_sizes

FLOWS = {"sound": Flow("waveform", 1, length=64, rate=100.0), "settings": Flow("table", 3)}
TARGETS = {
    "verdict": TargetSpec("verdict", "class", classes=("good", "bad")),
    "force": TargetSpec("force", "real", unit="N"),
}


class Lies(Encoder):
    """Promises another size than it gives."""

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self.linear = nn.Linear(flow.channels, 4)
        self.out = Flow.features(5)

    def forward(self, x, valid=None):
        return self.linear(x.mean(dim=-1))


class Fails(Lies):
    def forward(self, x, valid=None):
        raise RuntimeError("two\nlines")


def batch(flows: dict[str, Flow], size: int = 4, **given: object) -> Batch:
    torch.manual_seed(0)
    inputs = {name: torch.randn(size, *flow.shape) for name, flow in flows.items()}
    present = {name: torch.ones(size, dtype=torch.bool) for name in flows}
    return Batch(inputs, given.get("present", present), given.get("valid", {}), given.get("targets", {}))


def test_statistics_are_applied_before_the_encoders():
    torch.manual_seed(0)
    model = FusionModel(FLOWS, TARGETS).eval()
    x = batch(FLOWS)
    expected = model(x)
    model.fit_statistics("sound", np.array([5.0]), np.array([2.0]))
    model.fit_statistics("settings", np.arange(3.0), np.array([0.5, 2.0, 0.0]))
    moved = {
        "sound": x.inputs["sound"] * 2 + 5,
        "settings": x.inputs["settings"] * torch.tensor([0.5, 2.0, 1.0]) + torch.arange(3.0),
    }
    found = model(Batch(moved, x.present, {}, {}))
    for name in TARGETS:
        torch.testing.assert_close(found[name], expected[name], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("fusion", [None, MeanProbability])
def test_a_sample_without_any_sensor_gets_the_prior(fusion):
    model = FusionModel(FLOWS, TARGETS, Parts(fusion=fusion)).eval()
    model.fit_truth("verdict", np.array([0, 0, 0, 1]), np.ones(4, dtype=bool))
    model.fit_truth("force", np.array([100.0, 200.0]), np.ones(2, dtype=bool))
    x = batch(FLOWS)
    raw = model(x, hide={name: torch.tensor([False, True, True, True]) for name in FLOWS})
    verdict, force = model.head("verdict").decode(raw["verdict"]), model.head("force").decode(raw["force"])
    assert verdict["good"][1:].tolist() == pytest.approx([4 / 6] * 3)
    assert force[""][1:].tolist() == [150.0] * 3


def test_a_window_without_a_valid_value_counts_as_absent():
    model = FusionModel(FLOWS, TARGETS).eval()
    empty = {"sound": torch.tensor([True, False, True, True]).unsqueeze(1).expand(4, 64)}
    absent = {"sound": torch.tensor([True, False, True, True]), "settings": torch.ones(4, dtype=torch.bool)}
    found, expected = model(batch(FLOWS, valid=empty)), model(batch(FLOWS, present=absent))
    for name in TARGETS:
        torch.testing.assert_close(found[name][1], expected[name][1])


def test_losses_are_those_of_the_heads():
    model = FusionModel(FLOWS, TARGETS).eval()
    truths = {
        "verdict": Truth(torch.tensor([0, 1, 1, 0]), torch.tensor([True, True, False, True])),
        "force": Truth(torch.tensor([1.0, 2.0, 3.0, 0.0]), torch.tensor([True, True, True, False])),
    }
    raw = model(batch(FLOWS))
    loss = model.loss(raw, truths)
    assert loss["verdict"][2] == 0
    assert loss["force"][3] == 0
    torch.testing.assert_close(loss["force"][:3], (raw["force"][:3] - truths["force"].value[:3]) ** 2)


def test_photos_of_a_weld_are_the_mean_of_the_valid_ones():
    flows = {"photo": Flow("image", 3, size=(16, 16), count=3)}
    model = FusionModel(flows, TARGETS).eval()
    single = FusionModel({"photo": flows["photo"].single}, TARGETS).eval()
    encoder = model.encoders["photo"].encoder
    x = batch(flows, valid={"photo": torch.tensor([[True, False, True]] * 4)})
    encoded = [encoder(x.inputs["photo"][:, k]) for k in (0, 2)]
    mean = (encoded[0] + encoded[1]) / 2
    single.join.load_state_dict(model.join.state_dict())
    expected = single.join({"photo": mean}, x.present)
    torch.testing.assert_close(model(x)["verdict"], expected["verdict"], atol=1e-5, rtol=1e-4)


def test_a_trunk_reads_the_photos_of_a_weld_as_a_sequence():
    flows = {"photo": Flow("image", 3, size=(16, 16), count=6)}
    parts = Parts(trunks={"photo": partial(ConvBlocks1d, widths=(8,))})
    model = FusionModel(flows, TARGETS, parts)
    check_sizes(model)
    assert model.late["photo"] == Flow.features(8)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (Parts(encoders={"sonud": TableMLP}), r"^model\.encoders\.sonud: .*did you mean sound"),
        (Parts(encoders={"sound": TableMLP}), r"^model\.encoders\.sound: TableMLP takes a table"),
        (
            Parts(encoders={"sound": partial(MelCNN, n_fft=16, hop=32)}),
            r"^model\.encoders\.sound: MelCNN: 64 samples give 2 frames",
        ),
        (Parts(encoders={"sound": partial(TableMLP, wdths=3)}), r"^model\.encoders\.sound: .*wdths"),
        (
            Parts(encoders={"sound": nn.Identity}),
            r"^model\.encoders\.sound: is a Identity, expected .* Encoder",
        ),
        (Parts(trunks={"sound": ConvBlocks1d}), r"^model\.trunks\.sound: .*not features"),
        (Parts(exchange=CrossAttention), r"^model\.exchange: CrossAttention needs tokens"),
        (Parts(exchange=[CrossAttention]), r"^model\.exchange\.0: CrossAttention needs tokens"),
        (Parts(fusion=lambda flows: nn.Identity()), r"^model\.fusion: is a Identity"),
        (Parts(heads={"verdict": RealHead}), r"^model\.heads\.verdict: RealHead predicts a real target"),
        (Parts(heads={"verdikt": RealHead}), r"^model\.heads\.verdikt: .*did you mean verdict"),
    ],
)
def test_parts_that_do_not_fit_are_told_with_their_key(parts, told):
    with pytest.raises(ConfigError, match=told) as error:
        FusionModel(FLOWS, TARGETS, parts)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("encoder", "told"),
    [(Lies, r"^model\.encoders\.sound: gives \(2, 4\), .*promises \(2, 5\)"), (Fails, "two lines")],
)
def test_sizes_are_checked_before_any_data(encoder, told):
    model = FusionModel(FLOWS, TARGETS, Parts(encoders={"sound": encoder}))
    with pytest.raises(ConfigError, match=told):
        check_sizes(model)


def test_the_check_of_sizes_leaves_the_model_as_it_was():
    model = FusionModel(FLOWS, TARGETS).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    check_sizes(model)
    assert all(module.training for module in model.modules())
    torch.testing.assert_close(dict(model.state_dict()), before, atol=0, rtol=0)


@pytest.mark.parametrize("name", ["", "arc.sound"])
def test_names_that_torch_cannot_hold_are_told(name):
    with pytest.raises(ConfigError, match="rename it"):
        FusionModel({name: Flow("table", 2)}, TARGETS)


def test_nothing_to_predict_is_told():
    with pytest.raises(ConfigError, match="at least one input and one target"):
        FusionModel(FLOWS, {})


def test_a_part_that_needs_float32_gets_it_under_autocast():
    seen = []

    class Exact(SmallCNN2d):
        needs_float32 = True

        def forward(self, x, valid=None):
            found = super().forward(x, valid)
            seen.append(found.dtype)
            return found

    flows = {"photo": Flow("image", 3, size=(16, 16)), "set": Flow("image", 3, size=(16, 16), count=2)}
    model = FusionModel(flows, TARGETS, Parts(encoders={"photo": Exact, "set": Exact})).eval()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        model(batch(flows))
    assert seen == [torch.float32, torch.float32]


def test_late_fusion_trains_each_sensor_for_itself():
    """The gradient of one sensor's branch is that of a model of this sensor alone, halved by the mean."""
    torch.manual_seed(0)
    model = FusionModel(FLOWS, TARGETS, Parts(fusion=MeanProbability))
    truths = {
        "verdict": Truth(torch.tensor([0, 1, 1, 0]), torch.ones(4, dtype=torch.bool)),
        "force": Truth(torch.tensor([1.0, 2.0, 3.0, 0.0]), torch.ones(4, dtype=torch.bool)),
    }
    x = batch(FLOWS, targets=truths)
    other = Batch(x.inputs | {"settings": 5 * x.inputs["settings"] + 1}, x.present, {}, truths)

    def gradient(given, **more):
        model.zero_grad()
        sum(loss.mean() for loss in model.training_loss(given, **more).values()).backward()
        return [p.grad.clone() for p in model.encoders["sound"].parameters()]

    both = gradient(x)
    torch.testing.assert_close(gradient(other), both, atol=0, rtol=0)
    alone = gradient(x, hide={"settings": torch.ones(4, dtype=torch.bool)})
    torch.testing.assert_close([2 * part for part in both], alone)
    assert all(bool((part != 0).any()) for part in both)


@pytest.mark.parametrize("count", [None, 3])
def test_photos_of_a_weld_are_encoded_once(count):
    flows = {"photo": Flow("image", 3, size=(16, 16), count=count), "settings": Flow("table", 3)}
    torch.manual_seed(0)
    model = FusionModel(flows, TARGETS).eval()
    welds = np.array(["b", "a", "b", "c", "a", "b"])
    nothing = np.zeros(6)
    where = Where(np.arange(6), welds, welds, nothing, nothing, nothing, nothing)
    photos = torch.randn(3, *flows["photo"].shape)[[1, 0, 1, 2, 0, 1]]
    present = {
        "photo": torch.tensor([True, True, False, False, True, True]),
        "settings": torch.ones(6, dtype=torch.bool),
    }
    valid = {} if count is None else {"photo": torch.tensor([[True, False, True]] * 6)}
    inputs = {"photo": photos, "settings": torch.randn(6, 3)}
    seen = []
    model.encoders["photo"].register_forward_hook(lambda part, given, out: seen.append(len(given[0])))
    once = model(Batch(inputs, present, valid, {}, where))
    each = model(Batch(inputs, present, valid, {}))
    assert seen == [2, 4]
    for name in TARGETS:
        torch.testing.assert_close(once[name], each[name], atol=0, rtol=0)
    inputs["photo"] = photos + torch.arange(6.0).view(-1, *[1] * (photos.ndim - 1))
    model(Batch(inputs, present, valid, {}, where))
    assert seen[2:] == [4]


@pytest.mark.parametrize("size", [1, 2])
def test_a_training_batch_with_one_sample_of_a_sensor_gives_finite_gradients(size):
    """The last window of an epoch, or one present sample among absent ones; a picture shrinks to 1×1."""
    flows = {"photo": Flow("image", 3, size=(16, 16))}
    model = FusionModel(flows, {"verdict": TARGETS["verdict"]}, Parts()).train()
    present = {"photo": torch.arange(size) == 0}
    targets = {"verdict": Truth(torch.zeros(size, dtype=torch.long), torch.ones(size, dtype=torch.bool))}
    x = batch(flows, size, present=present, targets=targets)
    model.loss(model(x), x.targets)["verdict"].sum().backward()
    gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
    assert gradients
    assert all(torch.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("encoder", [partial(InvertedSpectrum, size=8, hidden=8), partial(DLinear, size=8)])
def test_dropped_channels_are_keys_of_no_exchange(encoder):
    """With the same weights a selection that keeps the shape gives what one gives that lets 3 of 6 go on."""
    flows = {
        "force": Flow("waveform", 1, length=32, rate=100.0),
        "spectrum": Flow("waveform", 6, length=32, rate=100.0),
    }

    def model(count):
        parts = Parts(
            select={"spectrum": ChannelSelection(count=count)},
            encoders={
                "force": partial(ConvBlocks1d, widths=(8,), out="tokens"),
                "spectrum": partial(encoder, out="tokens"),
            },
            exchange=partial(OneWayAttention, query="force", keys="spectrum"),
        )
        return FusionModel(flows, TARGETS, parts).eval()

    whole, short = model(None), model(3)
    weights = {name: w for name, w in whole.state_dict().items() if not name.startswith("selected.")}
    missing, extra = short.load_state_dict(weights, strict=False)
    assert all(name.startswith("selected.") for name in missing)
    assert not extra
    for one in (whole, short):
        one.selected["spectrum"].fit([1, 3, 4])
    x = batch(flows)
    found, expected = whole(x), short(x)
    for name in TARGETS:
        torch.testing.assert_close(found[name], expected[name], atol=1e-6, rtol=1e-5)
