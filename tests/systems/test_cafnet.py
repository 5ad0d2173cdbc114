"""CAFNet and its baselines: the published numbers of parameters and what the equations imply."""

import io
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from weldfusion.config.load import load_resolved, load_settings
from weldfusion.data.batch import Batch, Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.errors import ConfigError
from weldfusion.fusion.concat import Concat
from weldfusion.fusion.cross_attention import CrossAttention
from weldfusion.layers.by_name import attribute
from weldfusion.systems.cafnet import CAFNet
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.systems.sizes import check_sizes
from weldfusion.testing import check_model

NAMES = ("microphone", "photodiode")
CONFIGS = Path(__file__).parents[2] / "configs" / "systems" / "cafnet"
PENETRATION = {"penetration": TargetSpec("penetration", "class", classes=("under", "normal", "over"))}


def flows(*names: str, length: int = 1024) -> dict[str, Flow]:
    return {name: Flow("waveform", 1, length=length, rate=20_000.0) for name in names}


def cafnet(length: int, exchange: bool, query_from: str = "self") -> FusionModel:
    attend = partial(CrossAttention, query_from=query_from) if exchange else None
    return FusionModel(flows(*NAMES, length=length), PENETRATION, CAFNet(exchange=attend)).eval()


def of_config(file: str, *overrides: str) -> FusionModel:
    settings, _ = load_settings([CONFIGS / f"{file}.yaml"], list(overrides))
    return FusionModel(flows(*settings.data.inputs), PENETRATION, settings.model)


def count(*modules: nn.Module) -> int:
    return sum(p.numel() for module in modules for p in module.parameters())


def batch(x: dict[str, torch.Tensor]) -> Batch:
    return Batch(x, {name: torch.ones(len(v), dtype=torch.bool) for name, v in x.items()}, {}, {})


def signals(length: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    return {name: torch.randn(3, 1, length) for name in NAMES}


@pytest.mark.parametrize(
    ("file", "overrides", "published"),
    [
        ("cafnet", [], 179_715),
        ("cafnet_figure", [], 179_715),
        ("cafnet", ["--model.exchange", "null"], 112_899),
        ("cnn1d_ap", [], 112_899),
        ("cnn1d_acoustic", [], 56_451),
        ("cnn1d_photodiode", [], 56_451),
        ("rescnn_acoustic", [], 169_651),
        ("rescnn_photodiode", [], 169_651),
        ("rescnn_ap", [], 339_299),
    ],
)
def test_configs_have_the_published_numbers_of_parameters(file, overrides, published):
    model = of_config(file, *overrides)
    check_sizes(model)
    assert count(model) == published


def test_each_attention_and_each_branch_have_the_published_numbers_of_parameters():
    model = of_config("cafnet")
    blocks = [block for pair in model.exchanges[0].blocks.values() for block in pair.values()]
    assert [count(block) for block in blocks] == [33_408, 33_408]
    assert [count(*model.branch(name)) for name in NAMES] == [56_256, 56_256]


def test_each_block_shortens_the_signal_by_one_sample():
    model = of_config("cafnet").eval()
    x = torch.randn(2, 1, 1024)
    lengths = []
    with torch.no_grad():
        for part in (model.encoders["microphone"], model.trunks["microphone"]):
            for block in part.blocks:
                x, _ = block(x, None)
                lengths.append(x.shape[-1])
    assert lengths == [1023, 1022, 1021, 1020]


@pytest.mark.parametrize(
    ("file", "length"), [("cafnet", 1022), ("cafnet_figure", 1022), ("cafnet_small", 256)]
)
def test_tokens_of_the_attention(file, length):
    assert {flow.length for flow in of_config(file).exchanges[0].out.values()} == {length}


@pytest.mark.parametrize(("file", "asks"), [("cafnet", "microphone"), ("cafnet_figure", "photodiode")])
def test_whose_queries_update_the_sound(file, asks):
    exchange = of_config(file).exchanges[0]
    answers = next(name for name in NAMES if name != asks)
    assert exchange.roles("microphone", "photodiode") == (asks, answers)


def test_runs_of_the_config_with_single_parts_can_be_read():
    """`model:` of a run's config was written out part by part before there was the system."""
    stem = partial(ConvBlocks1d, widths=(32, 64), pool_strides=1, slope=0.001, out="tokens")
    trunk = partial(ConvBlocks1d, widths=(128, 64), pool_strides=1, slope=0.001)
    parts = Parts(
        encoders=dict.fromkeys(NAMES, stem),
        exchange=partial(CrossAttention, query_from="self", heads=1, mlp_ratio=2),
        trunks=dict.fromkeys(NAMES, trunk),
        fusion=partial(Concat, absent="zero"),
    )
    torch.manual_seed(0)
    old, new = FusionModel(flows(*NAMES), PENETRATION, parts).eval(), of_config("cafnet").eval()
    new.load_state_dict(old.state_dict())
    x = batch(signals(1024))
    with torch.no_grad():
        assert torch.equal(old(x)["penetration"], new(x)["penetration"])


@pytest.mark.parametrize("query_from", ["self", "other"])
def test_without_the_last_layers_of_attention_it_is_1d_cnn_ap(query_from):
    torch.manual_seed(0)
    full, plain = cafnet(200, True, query_from), cafnet(200, exchange=False)
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


@pytest.mark.parametrize("query_from", ["self", "other"])
def test_swapping_inputs_and_weights_of_both_branches_changes_nothing(query_from):
    torch.manual_seed(0)
    model, twin = cafnet(200, True, query_from), cafnet(200, True, query_from)
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


@pytest.mark.parametrize(
    "file", ["cafnet_figure", "cafnet_small", "cnn1d_ap", "rescnn_ap", "rescnn_acoustic"]
)
def test_one_step_lowers_the_loss(file):
    torch.manual_seed(0)
    model = of_config(file).train()
    x = {name: torch.randn(3, 1, 1024) for name in model.flows}
    every = torch.ones(3, dtype=torch.bool)
    given = Batch(x, dict.fromkeys(x, every), {}, {"penetration": Truth(torch.arange(3), every)})
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03)

    def loss() -> Tensor:
        return model.loss(model(given), given.targets)["penetration"].mean()

    before = loss()
    before.backward()
    optimizer.step()
    with torch.no_grad():
        assert loss() < before


@pytest.mark.parametrize("query_from", ["self", "other"])
def test_contract_of_the_model(query_from):
    system = CAFNet(widths=(4, 6, 8), pool_stride=2, exchange=partial(CrossAttention, query_from=query_from))
    short = {name: Flow("waveform", channels, length=48) for channels, name in enumerate(NAMES, 1)}
    check_model(lambda flows, targets: FusionModel(flows, targets, system), short, PENETRATION)


def test_a_checkpoint_of_the_resolved_config_gives_the_same():
    settings, resolved = load_settings([CONFIGS / "cafnet_figure.yaml"])
    model = FusionModel(flows(*NAMES), PENETRATION, settings.model)
    given = batch(signals(1024))
    model.train()(given)
    kept = io.BytesIO()
    torch.save(model.state_dict(), kept)
    kept.seek(0)
    twin = FusionModel(flows(*NAMES), PENETRATION, load_resolved(resolved).model)
    twin.load_state_dict(torch.load(kept, weights_only=True))
    with torch.no_grad():
        assert torch.equal(model.eval()(given)["penetration"], twin.eval()(given)["penetration"])


def test_too_few_blocks():
    with pytest.raises(ConfigError, match="widths has 2 values, expected at least 3"):
        CAFNet(widths=(32, 64))
