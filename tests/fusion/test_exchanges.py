"""One-way attention, joint attention and gates against their equations, with absent and masked tokens."""

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.joint_attention import JointAttention
from weldfusion.fusion.one_way_attention import OneWayAttention
from weldfusion.fusion.pooled_addition import PooledAddition
from weldfusion.fusion.squeeze_gate import SqueezeGate
from weldfusion.layers.attention import AttentionBlock

FLOWS = {"image": Flow.tokens(5, 8), "spectrum": Flow.tokens(6, 8)}
EXCHANGES = {
    "one way": lambda flows: OneWayAttention(flows, query="image", keys="spectrum", heads=2),
    "joint": lambda flows: JointAttention(flows, heads=2),
    "gate": SqueezeGate,
    "mean": lambda flows: PooledAddition(flows, onto="image", source="spectrum"),
}


def values(flows: dict[str, Flow] = FLOWS, batch: int = 3) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {name: torch.randn(batch, *flow.shape, generator=generator) for name, flow in flows.items()}


def present(batch: int = 3, **given: list[bool]) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(given.get(name, [True] * batch)) for name in FLOWS}


def attend(attention, queries, keys):
    """softmax(Q Kᵀ / √d) V Wo + bo, head by head."""
    query = attention.query(queries)
    key, value = attention.key_value(keys).chunk(2, dim=-1)
    width = query.shape[-1] // attention.heads
    heads = []
    for first in range(0, query.shape[-1], width):
        q, k, v = (x[..., first : first + width] for x in (query, key, value))
        heads.append((q @ k.transpose(1, 2) / width**0.5).softmax(dim=-1) @ v)
    return attention.output(torch.cat(heads, dim=-1))


def test_one_way_equations():
    torch.manual_seed(0)
    exchange = OneWayAttention(FLOWS, query="image", keys="spectrum", heads=2)
    x = values()
    block = exchange.block
    f = x["image"] + attend(block.attend, block.query_norm(x["image"]), block.key_norm(x["spectrum"]))
    found = exchange(x, present(), {})
    torch.testing.assert_close(found["image"], f + block.mlp(f), atol=1e-5, rtol=1e-5)
    assert torch.equal(found["spectrum"], x["spectrum"])
    assert set(exchange.attention(x, present(), {})) == {("image", "spectrum")}


def test_one_way_takes_keys_of_another_size():
    flows = {"image": Flow.tokens(5, 8), "spectrum": Flow.tokens(6, 12)}
    found = OneWayAttention(flows, query="image", keys="spectrum")(values(flows), present(), {})
    assert {name: tuple(x.shape) for name, x in found.items()} == {"image": (3, 5, 8), "spectrum": (3, 6, 12)}


def test_joint_equations():
    torch.manual_seed(0)
    exchange = JointAttention(FLOWS, heads=2)
    x = values()
    tokens = torch.cat([x[name] + exchange.codes[f"of_{name}"] for name in FLOWS], dim=1)
    tokens = tokens + attend(exchange.attend, exchange.norm(tokens), exchange.norm(tokens))
    tokens = tokens + exchange.mlp(tokens)
    found = exchange(x, present(), {})
    torch.testing.assert_close(found["image"], tokens[:, :5], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found["spectrum"], tokens[:, 5:], atol=1e-5, rtol=1e-5)


def test_weights_of_joint_attention_are_those_of_the_whole_by_modality():
    torch.manual_seed(0)
    exchange = JointAttention(FLOWS, heads=2)
    x = values()
    tokens = exchange.norm(torch.cat([x[name] + exchange.codes[f"of_{name}"] for name in FLOWS], dim=1))
    whole = exchange.attend.explicit(tokens, tokens, torch.ones(3, 11, dtype=torch.bool))[1]
    part = whole[:, :, :5, 5:]
    found = exchange.attention(x, present(), {})
    torch.testing.assert_close(found["image", "spectrum"], part / part.sum(dim=-1, keepdim=True))
    assert set(found) == {("image", "spectrum"), ("spectrum", "image")}


def test_gate_equations():
    torch.manual_seed(0)
    exchange = SqueezeGate(FLOWS)
    x = values()
    z = exchange.squeeze(torch.cat([x["image"].mean(dim=1), x["spectrum"].mean(dim=1)], dim=1)).relu()
    assert z.shape == (3, 4)
    gates = exchange.gates(x, present(), {})
    for name, tokens in exchange(x, present(), {}).items():
        gate = 2 / (1 + (-exchange.excite[name](z)).exp())
        torch.testing.assert_close(gates[name], gate)
        torch.testing.assert_close(tokens, x[name] * gate[:, None, :])


@pytest.mark.parametrize("size", [8, 12])
def test_the_mean_is_added_to_every_token(size):
    flows = FLOWS | {"spectrum": Flow.tokens(6, size)}
    exchange = PooledAddition(flows, onto="image", source="spectrum")
    x = values(flows)
    mean = x["spectrum"].mean(dim=1)
    if size != 8:
        mean = mean @ exchange.projection.weight.T + exchange.projection.bias
    found = exchange(x, present(), {})
    torch.testing.assert_close(found["image"], x["image"] + mean.unsqueeze(1))
    assert torch.equal(found["spectrum"], x["spectrum"])


@pytest.mark.parametrize("name", ["one way", "gate", "mean"])
def test_an_absent_partner_leaves_the_tokens_as_they_are(name):
    exchange = EXCHANGES[name](FLOWS).eval()
    x = values()
    found = exchange(x, present(spectrum=[True, False, True]), {})
    assert torch.equal(found["image"][1], x["image"][1])
    assert (found["spectrum"][1] == 0).all()
    torch.testing.assert_close(found["image"][[0, 2]], exchange(x, present(), {})["image"][[0, 2]])


@pytest.mark.parametrize("masked", FLOWS)
@pytest.mark.parametrize("name", EXCHANGES)
def test_masked_tokens_are_as_if_they_were_not_there(name, masked):
    torch.manual_seed(0)
    exchange = EXCHANGES[name](FLOWS).eval()
    x = values(batch=1)
    real = torch.tensor([True, False, True, False, True, False])[: x[masked].shape[1]]
    other = next(name for name in FLOWS if name != masked)
    found = exchange(x, present(1), {masked: real.unsqueeze(0)})
    expected = exchange(x | {masked: x[masked][:, real]}, present(1), {})
    torch.testing.assert_close(found[other], expected[other], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found[masked][:, real], expected[masked], atol=1e-5, rtol=1e-5)
    assert (found[masked][:, ~real] == 0).all()


def test_an_absent_modality_is_as_if_it_were_not_there_in_joint_attention():
    torch.manual_seed(0)
    exchange = JointAttention(FLOWS, heads=2)
    x = values(batch=1)
    found = exchange(x, present(1, spectrum=[False]), {})["image"]
    tokens = x["image"] + exchange.codes["of_image"]
    tokens = tokens + attend(exchange.attend, exchange.norm(tokens), exchange.norm(tokens))
    torch.testing.assert_close(found, tokens + exchange.mlp(tokens), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", ["one way", "joint"])
def test_weights_sum_to_one_over_the_keys(name):
    exchange = EXCHANGES[name](FLOWS)
    weights = exchange.attention(values(), present(spectrum=[True, False, True]), {})["image", "spectrum"]
    assert weights.shape == (3, 2, 5, 6)
    torch.testing.assert_close(weights.sum(dim=-1)[[0, 2]], torch.ones(2, 2, 5))
    assert (weights[1] == 0).all()


@pytest.mark.parametrize("name", EXCHANGES)
def test_modalities_without_tokens_pass_unchanged(name):
    flows = FLOWS | {"table": Flow.features(3)}
    x = values() | {"table": torch.randn(3, 3)}
    here = present() | {"table": torch.tensor([True, False, True])}
    assert EXCHANGES[name](flows)(x, here, {})["table"] is x["table"]


def test_paper_size_of_one_way_attention():
    flows = {"image": Flow.tokens(49, 768), "spectrum": Flow.tokens(300, 768)}
    with torch.device("meta"):
        exchange = OneWayAttention(flows, query="image", keys="spectrum", heads=8, mlp_ratio=4.0)
    assert isinstance(exchange.block, AttentionBlock)
    assert sum(p.numel() for p in exchange.parameters()) == 2_362_368 + 4_722_432 + 3 * 1_536


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: OneWayAttention(FLOWS, query="imgae", keys="spectrum"), "query: no modality imgae; did you"),
        (lambda: OneWayAttention(FLOWS, query="image", keys="image"), "is the query too"),
        (
            lambda: OneWayAttention(FLOWS | {"table": Flow.features(3)}, query="image", keys="table"),
            "keys: table gives features, expected tokens",
        ),
        (lambda: OneWayAttention(FLOWS, query="image", keys="spectrum", heads=3), "heads is 3"),
        (lambda: PooledAddition(FLOWS, onto="image", source="image"), "source: image is the one"),
        (lambda: PooledAddition(FLOWS, onto="image", source="spectrun"), "did you mean spectrum"),
        (lambda: JointAttention({"image": FLOWS["image"]}), "at least two modalities, found image: tokens"),
        (lambda: JointAttention(FLOWS | {"sound": Flow.tokens(4, 6)}), "one size, found image 8, sound 6"),
        (lambda: JointAttention(FLOWS, between=["image", "image"]), "at least two modalities"),
        (lambda: SqueezeGate(FLOWS, ratio=0.0), "ratio: must be above 0"),
        (lambda: SqueezeGate(FLOWS, between=["image", "sound"]), "between: no modality sound"),
    ],
)
def test_settings_that_cannot_work(make, told):
    with pytest.raises(ConfigError, match=told):
        make()
