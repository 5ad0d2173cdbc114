"""CAFNet and its baselines: the published numbers of parameters and what the equations imply."""

from functools import partial
from pathlib import Path

import pytest
import torch

from weldfusion.config.load import load_settings
from weldfusion.data.batch import Batch
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.fusion.concat import Concat
from weldfusion.fusion.cross_attention import CrossAttention
from weldfusion.layers.by_name import attribute
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.systems.sizes import check_sizes

CONFIGS = Path(__file__).parents[2] / "configs" / "systems" / "cafnet"
PENETRATION = {"penetration": TargetSpec("penetration", "class", classes=("under", "normal", "over"))}


def flows(*names: str, length: int = 1024) -> dict[str, Flow]:
    return {name: Flow("waveform", 1, length=length, rate=20_000.0) for name in names}


def cafnet(length: int, exchange: bool) -> FusionModel:
    names = ("microphone", "photodiode")
    stem = partial(ConvBlocks1d, widths=(32, 64), pool_strides=1, out="tokens")
    trunk = partial(ConvBlocks1d, widths=(128, 64), pool_strides=1)
    parts = Parts(
        encoders=dict.fromkeys(names, stem),
        exchange=CrossAttention if exchange else None,
        trunks=dict.fromkeys(names, trunk),
        fusion=partial(Concat, absent="zero"),
    )
    return FusionModel(flows(*names, length=length), PENETRATION, parts).eval()


def batch(x: dict[str, torch.Tensor]) -> Batch:
    return Batch(x, {name: torch.ones(len(v), dtype=torch.bool) for name, v in x.items()}, {}, {})


def signals(length: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    return {name: torch.randn(3, 1, length) for name in ("microphone", "photodiode")}


@pytest.mark.parametrize(
    ("file", "overrides", "count"),
    [
        ("cafnet", [], 179_715),
        ("cafnet", ["--model.exchange", "null"], 112_899),
        ("cnn1d_ap", [], 112_899),
        ("cnn1d_acoustic", [], 56_451),
        ("cnn1d_photodiode", [], 56_451),
    ],
)
def test_configs_have_the_published_numbers_of_parameters(file, overrides, count):
    settings, _ = load_settings([CONFIGS / f"{file}.yaml"], overrides)
    model = FusionModel(flows(*settings.data.inputs), PENETRATION, settings.model)
    check_sizes(model)
    assert sum(p.numel() for p in model.parameters()) == count


def test_tokens_of_the_exact_and_the_small_preset():
    for file, length in (("cafnet", 1022), ("cafnet_small", 256)):
        settings, _ = load_settings([CONFIGS / f"{file}.yaml"])
        model = FusionModel(flows(*settings.data.inputs), PENETRATION, settings.model)
        assert {flow.length for flow in model.exchanges[0].out.values()} == {length}


def test_without_the_last_layers_of_attention_it_is_1d_cnn_ap():
    torch.manual_seed(0)
    full, plain = cafnet(200, exchange=True), cafnet(200, exchange=False)
    missing, unexpected = plain.load_state_dict(full.state_dict(), strict=False)
    assert not missing
    assert all(name.startswith("exchanges.") for name in unexpected)
    x = batch(signals(200))
    with torch.no_grad():
        assert (full(x)["penetration"] - plain(x)["penetration"]).abs().max() > 1e-4
        for pair in full.exchanges[0].blocks.values():
            for block in pair.values():
                for layer in (block.output, block.mlp[-1]):
                    layer.weight.zero_()
                    layer.bias.zero_()
        assert (full(x)["penetration"] - plain(x)["penetration"]).abs().max() < 1e-6


def test_swapping_inputs_and_weights_of_both_branches_changes_nothing():
    torch.manual_seed(0)
    model, twin = cafnet(200, exchange=True), cafnet(200, exchange=True)
    state = model.state_dict()
    swap = {"microphone": "photodiode", "photodiode": "microphone"}
    keys = {attribute(own): attribute(other) for own, other in swap.items()}
    swapped = {".".join(keys.get(p, p) for p in name.split(".")): value for name, value in state.items()}
    weight = state["join.heads.of_penetration.linear.weight"]
    swapped["join.heads.of_penetration.linear.weight"] = torch.cat([weight[:, 64:], weight[:, :64]], dim=1)
    twin.load_state_dict(swapped)
    x = signals(200)
    with torch.no_grad():
        mirrored = twin(batch({swap[name]: value for name, value in x.items()}))["penetration"]
        torch.testing.assert_close(mirrored, model(batch(x))["penetration"], atol=1e-5, rtol=1e-5)
