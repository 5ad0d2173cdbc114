"""CAFNet's exchange against the equations written out, for both readings of the paper."""

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.cross_attention import CrossAttention

FLOWS = {"sound": Flow.tokens(6, 8), "light": Flow.tokens(6, 8)}


def values(seed: int = 0, batch: int = 3) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.randn(batch, *flow.shape, generator=generator) for name, flow in FLOWS.items()}


def present(**given: list[bool]) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(given.get(name, [True] * 3)) for name in FLOWS}


def by_hand(block, queries, keys):
    key, value = (block.key_norm(keys) @ block.key_value.weight.T).split(8, dim=-1)
    scores = (block.query_norm(queries) @ block.query.weight.T) @ key.transpose(1, 2) / 8**0.5
    y = block.output(scores.softmax(dim=-1) @ value)
    return y + block.mlp(y)


@pytest.mark.parametrize("query_from", ["self", "other"])
def test_equations_of_the_paper(query_from):
    torch.manual_seed(0)
    exchange = CrossAttention(FLOWS, query_from=query_from)
    x = values()
    found = exchange(x, present(), {})
    for own, other in (("sound", "light"), ("light", "sound")):
        query, key = (own, other) if query_from == "self" else (other, own)
        expected = x[own] + by_hand(exchange.blocks[own][other], x[query], x[key])
        torch.testing.assert_close(found[own], expected, atol=1e-5, rtol=1e-5)


def test_two_blocks_of_the_paper():
    flows = {"sound": Flow.tokens(1022, 64), "light": Flow.tokens(1022, 64)}
    assert sum(p.numel() for p in CrossAttention(flows).parameters()) == 66_816


@pytest.mark.parametrize("query_from", ["self", "other"])
def test_an_absent_partner_leaves_the_residual_only(query_from):
    exchange = CrossAttention(FLOWS, query_from=query_from)
    x = values()
    found = exchange(x, present(light=[True, False, True]), {})
    torch.testing.assert_close(found["sound"][1], x["sound"][1])
    assert (found["light"][1] == 0).all()
    whole = exchange(x, present(), {})
    torch.testing.assert_close(found["sound"][[0, 2]], whole["sound"][[0, 2]])


def test_masked_tokens_are_as_if_they_were_not_there():
    torch.manual_seed(0)
    exchange = CrossAttention(FLOWS)
    x = values(batch=1)
    valid = {"light": torch.tensor([[True, True, True, False, False, True]])}
    here = {name: torch.tensor([True]) for name in FLOWS}
    found = exchange(x, here, valid)
    fewer = {"sound": x["sound"], "light": x["light"][:, [0, 1, 2, 5]]}
    expected = exchange(fewer, here, {})
    torch.testing.assert_close(found["sound"], expected["sound"], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found["light"][:, [0, 1, 2, 5]], expected["light"], atol=1e-5, rtol=1e-5)


def test_weights_for_inspection_sum_to_one_over_the_keys():
    exchange = CrossAttention(FLOWS, heads=2)
    weights = exchange.attention(values(), present(light=[True, False, True]), {})
    assert set(weights) == {("sound", "light"), ("light", "sound")}
    assert weights["sound", "light"].shape == (3, 2, 6, 6)
    total = weights["sound", "light"].sum(dim=-1)
    torch.testing.assert_close(total[[0, 2]], torch.ones(2, 2, 6))
    assert (total[1] == 0).all()


def test_modalities_that_take_no_part_pass_unchanged():
    flows = {**FLOWS, "table": Flow.features(5)}
    x = values() | {"table": torch.randn(3, 5)}
    here = present() | {"table": torch.tensor([True, False, True])}
    assert CrossAttention(flows)(x, here, {})["table"] is x["table"]


@pytest.mark.parametrize(
    ("flows", "arguments", "told"),
    [
        ({"sound": Flow.tokens(6, 8), "table": Flow.features(3)}, {}, "at least two modalities"),
        (FLOWS, {"heads": 3}, "does not divide"),
        (FLOWS, {"between": ["sound", "lihgt"]}, "did you mean light"),
        (FLOWS | {"table": Flow.features(3)}, {"between": ["sound", "table"]}, "table gives features"),
        (
            {"sound": Flow.tokens(6, 8), "light": Flow.tokens(7, 8)},
            {"query_from": "other"},
            "equally many tokens",
        ),
    ],
)
def test_settings_that_cannot_work(flows, arguments, told):
    with pytest.raises(ConfigError, match=told):
        CrossAttention(flows, **arguments)
