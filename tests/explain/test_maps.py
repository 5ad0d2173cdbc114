"""Maps of fusion models: equal to a plain reference window by window, on real axes, and without traces."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from tests.explain.networks import FLOWS, SIZE, TARGETS, WINDOW_S, batch, predictor
from weldfusion.data.batch import Batch
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.encoders.mel import MelCNN
from weldfusion.encoders.patches import Patches
from weldfusion.encoders.recurrent import Recurrent
from weldfusion.encoders.self_attention import SelfAttention
from weldfusion.encoders.statistics import Statistics
from weldfusion.encoders.transformer import PatchTransformer, TransformerEncoder
from weldfusion.explain.maps import batch_maps
from weldfusion.explain.sources import sources, token_axis
from weldfusion.signals.filter_banks import Linear
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts

KINDS = ["concatenation", "late", "attention", "attention, late"]


def one_window(x: Batch, number: int) -> Batch:
    rows = slice(number, number + 1)
    cut = {part: {n: t[rows] for n, t in getattr(x, part).items()} for part in ("inputs", "present", "valid")}
    return Batch(**cut, targets={})


def reference(model, source, x: Batch, target: str, place: int, name: str) -> np.ndarray:
    """Grad-CAM of one window by plain hooks and gradients through the untouched network."""
    made: list[torch.Tensor] = []

    def keep(*given):
        result = given[2]
        result = result[0] if isinstance(result, tuple) else result
        result.retain_grad()
        made.append(result)

    if source.within == "tokens":
        handle = model.exchanges[-1].register_forward_hook(lambda *given: keep(None, None, given[2][name]))
        call = 0
    else:
        handle, call = source.place.module.register_forward_hook(keep), source.place.call
    raw = model(x)[target]
    handle.remove()
    raw.reshape(1, -1)[0, place].backward()
    maps, slope = made[call].detach(), made[call].grad
    if source.within == "tokens":
        maps, slope = maps.transpose(1, 2), slope.transpose(1, 2)
    weight = slope.flatten(2).mean(dim=2)
    return torch.einsum("bc,bc...->b...", weight, maps).numpy()


@pytest.mark.parametrize("kind", KINDS)
def test_equals_a_plain_reference_for_every_window(kind):
    model, x = predictor(kind).model, batch()
    found = sources(model)
    maps = batch_maps(model, found, x)
    for (name, target, label), cells in maps.items():
        place = TARGETS[target].labels.index(label)
        for number in (0, 2, 3, 4):
            if not x.present[name][number]:
                assert np.isnan(cells[number]).all()
                continue
            expected = reference(model, found[name], one_window(x, number), target, place, name)
            mine = cells[number]
            if name == "photos":
                assert np.isnan(mine[2]).all()
                mine = mine[:2]
            else:
                expected = expected[0]
            real = ~np.isnan(mine)
            assert real.mean() > 0.4
            np.testing.assert_allclose(mine[real], expected[real], rtol=1e-3, atol=1e-5)


def test_every_sensor_but_the_table_has_a_map():
    model = predictor("attention").model
    found = sources(model)
    assert found["settings"] is None
    kinds = {name: source.within for name, source in found.items() if source}
    assert kinds == {"current": "trunk", "photos": "stem", "sound": "stem"}
    maps = batch_maps(model, found, batch())
    assert len(maps) == 3 * 6
    assert maps["photos", "force", ""].shape == (SIZE, 3, 4, 6)
    assert maps["current", "force", ""].dtype == np.float32


def test_shapes_fit_the_axes():
    model, x = predictor("concatenation").model, batch()
    found = sources(model)
    maps = batch_maps(model, found, x)
    for name, source in found.items():
        if source is not None:
            axes = source.axes(WINDOW_S)
            assert maps[name, "force", ""].shape == (SIZE, *(len(axis.centres) for axis in axes))
    assert [a.name for a in found["sound"].axes(WINDOW_S)] == ["frequency", "time"]
    assert [a.name for a in found["photos"].axes(WINDOW_S)] == ["picture", "row", "column"]
    frames = replace(found["photos"], flow=replace(FLOWS["photos"], rate=30.0))
    assert frames.axes(0.3)[0].centres.tolist() == pytest.approx([0.05, 0.15, 0.25])


def test_padding_is_not_explained():
    model, x = predictor("concatenation").model, batch()
    found = sources(model)
    sound = batch_maps(model, found, x)["sound", "force", ""]
    time = found["sound"].axes(WINDOW_S)[1].centres
    padded = time * 16_000 > 700
    assert padded.any()
    assert np.isnan(sound[2][:, padded]).all()
    assert not np.isnan(sound[2][:, time * 16_000 < 690]).any()


def test_the_network_is_left_as_it_was():
    network, x = predictor("attention"), batch()
    before = network.raw(x)
    batch_maps(network.model, sources(network.model), x)
    assert all(torch.equal(before[name], after) for name, after in network.raw(x).items())
    assert all(p.grad is None and p.requires_grad for p in network.model.parameters())
    assert not any(module._forward_hooks for module in network.model.modules())


def test_the_same_whether_photos_are_shared_or_not():
    model, x = predictor("concatenation").model, batch()
    found = sources(model)
    shared, alone = batch_maps(model, found, x), batch_maps(model, found, replace(x, where=None))
    for key, cells in shared.items():
        np.testing.assert_allclose(cells, alone[key], rtol=1e-4, atol=1e-6)


def simple(flow: Flow, encoder, **more) -> FusionModel:
    torch.manual_seed(0)
    target = {"force": TargetSpec("force", "real", unit="N")}
    return FusionModel({"signal": flow}, target, Parts(encoders={"signal": encoder}, **more)).eval()


def of_signal(model: FusionModel, values: torch.Tensor) -> np.ndarray:
    x = Batch({"signal": values}, {"signal": torch.ones(len(values), dtype=torch.bool)}, {}, {})
    return np.abs(batch_maps(model, sources(model), x)["signal", "force", ""])


@pytest.mark.parametrize("second", [0.1, 0.1834, 0.31])
@pytest.mark.parametrize("strides", [1, 2])
def test_an_impulse_is_found_at_its_second(second, strides):
    flow = Flow("waveform", 1, length=400, rate=1000.0)
    encoder = partial(ConvBlocks1d, widths=(8, 8, 8), pool_strides=strides)
    model = simple(flow, encoder)
    values = torch.zeros(1, 1, 400)
    quiet = of_signal(model, values)
    values[0, 0, round(second * 1000)] = 50.0
    rise = of_signal(model, values)[0] - quiet[0]
    (time,) = sources(model)["signal"].axes(0.4)
    assert time.unit == "s"
    assert abs(time.centres[rise.argmax()] - second) <= (0.003 if strides == 1 else 0.008)


def test_a_tone_is_found_at_its_second_and_hertz():
    flow = Flow("waveform", 1, length=8000, rate=16_000.0)
    model = simple(flow, partial(MelCNN, n_fft=256, hop=64, bank=Linear(32), widths=(8,)))
    t = np.arange(8000) / 16_000
    values = torch.zeros(1, 1, 8000)
    quiet = of_signal(model, values)
    tone = np.where(np.abs(t - 0.2) < 0.02, np.sin(2 * np.pi * 3000 * t), 0.0)
    values[0, 0] = torch.from_numpy(tone).float() * 100
    rise = np.abs(of_signal(model, values)[0] - quiet[0])
    frequency, time = sources(model)["signal"].axes(0.5)
    loud = rise > 0.6 * rise.max()
    assert abs(time.centres[loud.any(axis=0)].mean() - 0.2) < 0.01
    row, _ = np.unravel_index(rise.argmax(), rise.shape)
    assert abs(frequency.centres[row] - 3000) < 600


def test_whole_welds_of_any_length_have_seconds_too():
    """Resampled per weld: the flow has no rate, so the seconds follow from the weld's length."""
    flow = Flow("waveform", 1, length=64)
    (time,) = sources(simple(flow, partial(ConvBlocks1d, widths=(4,))))["signal"].axes(6.4)
    assert time.centres.tolist()[:2] == pytest.approx([0.05, 0.25])


def test_plain_statistics_have_no_map():
    flow = Flow("waveform", 1, length=64, rate=100.0)
    model = simple(flow, Statistics)
    assert sources(model) == {"signal": None}
    x = Batch({"signal": torch.randn(2, 1, 64)}, {"signal": torch.ones(2, dtype=torch.bool)}, {}, {})
    assert batch_maps(model, sources(model), x) == {}


def test_tokens_without_a_trunk_lie_in_time():
    flow = Flow("waveform", 1, length=64, rate=100.0)
    model = simple(flow, partial(ConvBlocks1d, widths=(4, 4), out="tokens"))
    source = sources(model)["signal"]
    assert (source.within, source.cells) == ("tokens", (16,))
    np.testing.assert_allclose(source.axes(0.64)[0].centres, (np.arange(16) * 4 + 1.5) / 100)
    np.testing.assert_allclose(token_axis(model, "signal", 16, 0.64).centres, source.axes(0.64)[0].centres)
    assert of_signal(model, torch.randn(3, 1, 64)).shape == (3, 16)


def by_hand(model: FusionModel, module: nn.Module, values: torch.Tensor) -> np.ndarray:
    """Grad-CAM at tokens (B, L, D): gradients averaged over the L tokens, times the tokens, summed over D."""
    made: list[torch.Tensor] = []
    handle = module.register_forward_hook(lambda *given: made.append(given[2]))
    x = Batch({"signal": values}, {"signal": torch.ones(len(values), dtype=torch.bool)}, {}, {})
    score = model(x)["force"].sum()
    handle.remove()
    tokens = made[0][0] if isinstance(made[0], tuple) else made[0]
    (slope,) = torch.autograd.grad(score, tokens)
    return np.abs((slope.mean(dim=1, keepdim=True) * tokens).sum(dim=2).detach().numpy())


TRANSFORMER = partial(TransformerEncoder, size=12, layers=1, heads=2)


@pytest.mark.parametrize(
    ("encoder", "trunk", "within", "last"),
    [
        (
            partial(ConvBlocks1d, widths=(4, 12), out="tokens"),
            TRANSFORMER,
            "trunk",
            lambda model: model.trunks["signal"].norm,
        ),
        (
            partial(Patches, size=8, patch=4),
            partial(SelfAttention, heads=2),
            "trunk",
            lambda model: model.trunks["signal"].layers[0],
        ),
        (
            partial(Patches, size=16, patch=4),
            partial(Recurrent, size=16),
            "trunk",
            lambda model: model.trunks["signal"].drop,
        ),
        (
            partial(PatchTransformer, size=8, patch=4, layers=1, heads=2),
            None,
            "stem",
            lambda model: model.encoders["signal"].encoder.norm,
        ),
    ],
    ids=["transformer", "self-attention", "recurrent", "patches"],
)
def test_tokens_of_transformers_lie_in_time_not_along_their_channels(encoder, trunk, within, last):
    """64 samples in 16 tokens, of 12, 8, 16 and 8 channels."""
    flow = Flow("waveform", 1, length=64, rate=100.0)
    model = simple(flow, encoder, trunks=None if trunk is None else {"signal": trunk})
    source = sources(model)["signal"]
    assert (source.within, source.cells) == (within, (16,))
    (time,) = source.axes(0.64)
    assert time.name == "time"
    np.testing.assert_allclose(time.centres, (np.arange(16) * 4 + 1.5) / 100)
    values = torch.randn(3, 1, 64, generator=torch.Generator().manual_seed(1))
    expected = by_hand(model, last(model), values)
    assert expected.shape == (3, 16)
    np.testing.assert_allclose(of_signal(model, values), expected, rtol=1e-4, atol=1e-7)


def test_sensors_that_share_an_encoder_have_maps_of_their_own():
    """As if each had its own copy of the same weights, also where one of them is absent."""
    flows = {name: Flow("waveform", 1, length=64, rate=100.0) for name in ("a", "b")}
    target = {"force": TargetSpec("force", "real", unit="N")}
    encoder = partial(ConvBlocks1d, widths=(4, 4))
    torch.manual_seed(0)
    one = FusionModel(flows, target, Parts(encoders={"a": encoder}, share={"b": "a"})).eval()
    two = FusionModel(flows, target, Parts(encoders={"a": encoder, "b": encoder})).eval()
    two.encoders["a"].load_state_dict(one.encoders["a"].state_dict())
    two.encoders["b"].load_state_dict(one.encoders["a"].state_dict())
    two.join.load_state_dict(one.join.state_dict())
    inputs = {name: torch.randn(3, 1, 64) for name in flows}
    for absent in (None, "a", "b"):
        present = {name: torch.full((3,), name != absent) for name in flows}
        x = Batch(inputs, present, {}, {})
        ours, theirs = (batch_maps(model, sources(model), x) for model in (one, two))
        assert sorted(key[0] for key in ours) == [name for name in "ab" if name != absent]
        for key, cells in ours.items():
            assert np.abs(cells).max() > 0
            np.testing.assert_allclose(cells, theirs[key], rtol=1e-5, atol=1e-7)
