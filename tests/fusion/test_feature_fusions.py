"""Gates, attention over modalities, low-rank tensors and a single modality, written out by hand."""

from itertools import permutations

import numpy as np
import pytest
import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.addition import Addition
from weldfusion.fusion.concat_mlp import ConcatMLP
from weldfusion.fusion.gated import Gated
from weldfusion.fusion.low_rank import LowRank
from weldfusion.fusion.only import Only
from weldfusion.fusion.token_attention import TokenAttention

FLOWS = {"image": Flow.features(3), "infrared": Flow.features(4), "sound": Flow.features(2)}
TWO = {"image": Flow.features(3), "sound": Flow.features(2)}
EQUAL = dict.fromkeys(FLOWS, Flow.features(8))


def values(flows: dict[str, Flow], seed: int = 0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.randn(4, *flow.shape, generator=generator) for name, flow in flows.items()}


def present(flows: dict[str, Flow], **given: list[bool]) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(given.get(name, [True] * 4)) for name in flows}


def test_two_gates_are_the_papers_unit():
    torch.manual_seed(0)
    fusion = Gated(TWO, size=5)
    x = values(TWO)
    gate = torch.sigmoid(torch.cat([x["image"], x["sound"]], dim=1) @ fusion.logits["sound"].weight.T)
    image, sound = (torch.tanh(x[name] @ fusion.hidden[name].weight.T) for name in TWO)
    expected = gate * sound + (1 - gate) * image
    torch.testing.assert_close(fusion(x, present(TWO)), expected)
    assert sum(p.numel() for p in fusion.parameters()) == 5 * 3 + 5 * 2 + 5 * (3 + 2)


def test_gates_of_what_is_present_sum_to_one():
    fusion = Gated(FLOWS, size=5)
    here = present(FLOWS, image=[True, False, False, False], sound=[True, True, False, False])
    here |= {"infrared": torch.tensor([True, True, True, False])}
    gates = fusion.gates(values(FLOWS), here)
    total = torch.stack(list(gates.values())).sum(dim=0)
    torch.testing.assert_close(total, torch.tensor([1.0, 1, 1, 0]).unsqueeze(1).expand(4, 5))
    for name in FLOWS:
        assert (gates[name][~here[name]] == 0).all()
    assert (gates["infrared"][2] == 1).all()
    assert (fusion(values(FLOWS), here)[3] == 0).all()


def full_tensor(fusion: LowRank, flows: dict[str, Flow]) -> np.ndarray:
    """The weights (o, D_1 + 1, …, D_M + 1) that the factors stand for."""
    letters = "abc"[: len(flows)]
    factors = [fusion.factors[f"of_{name}"].detach().double().numpy() for name in sorted(flows)]
    return np.einsum(",".join(f"r{letter}o" for letter in letters) + "->o" + letters, *factors)


@pytest.mark.parametrize("flows", [TWO, FLOWS], ids=["two", "three"])
def test_low_rank_is_the_contraction_of_the_full_tensor(flows):
    torch.manual_seed(0)
    fusion = LowRank(flows, size=5, rank=3)
    nn.init.normal_(fusion.bias)
    x = values(flows)
    weights, bias = full_tensor(fusion, flows), fusion.bias.detach().double().numpy()
    found = fusion(x, present(flows)).detach().numpy()
    for sample in range(4):
        outer = np.array(1.0)
        for name in sorted(flows):
            outer = np.multiply.outer(outer, np.append(x[name][sample].double().numpy(), 1.0))
        expected = [(weights[unit] * outer).sum() for unit in range(5)] + bias
        np.testing.assert_allclose(found[sample], expected, rtol=1e-4, atol=1e-5)


def test_an_absent_factor_of_low_rank_is_one():
    torch.manual_seed(0)
    fusion = LowRank(TWO, size=5, rank=3)
    x = values(TWO)
    found = fusion(x, present(TWO, image=[False] * 4))
    sound = fusion.factors["of_sound"].sum(dim=0)
    torch.testing.assert_close(found, torch.cat([x["sound"], torch.ones(4, 1)], dim=1) @ sound)


def test_all_factors_of_low_rank_are_registered():
    assert sum(p.numel() for p in LowRank(FLOWS, size=5, rank=3).parameters()) == 15 * (4 + 5 + 3) + 5


@pytest.mark.parametrize(
    ("part", "setting", "told"),
    [
        (LowRank, {"rank": 0}, "rank: must be at least 1, is 0"),
        (LowRank, {"size": -1}, "size: must be at least 1"),
        (Gated, {"size": 0}, "size: must be at least 1"),
        (Addition, {"size": 0}, "size: must be at least 1"),
        (TokenAttention, {"size": 0}, "size: must be at least 1"),
        (TokenAttention, {"hidden": [0]}, "hidden: must be at least 1"),
        (ConcatMLP, {"hidden": [0]}, "hidden: must be at least 1"),
        (TokenAttention, {"heads": 0}, "heads is 0"),
    ],
)
def test_settings_that_cannot_work(part, setting, told):
    with pytest.raises(ConfigError, match=told):
        part(TWO, **setting)


def test_number_of_parameters_of_attention_over_three_sensors():
    three = dict.fromkeys(FLOWS, Flow.features(256))
    fusion = TokenAttention(three, heads=4, hidden=(128,), dropout=0.5)
    with_head = sum(p.numel() for p in fusion.parameters()) + sum(
        p.numel() for p in nn.Linear(128, 2).parameters()
    )
    assert with_head == 362_370


def attended(fusion: TokenAttention, tokens: torch.Tensor) -> torch.Tensor:
    """LN(T + MHA(T)) with torch's own attention."""
    size = tokens.shape[-1]
    own = nn.MultiheadAttention(size, fusion.attend.heads, batch_first=True)
    with torch.no_grad():
        own.in_proj_weight.copy_(
            torch.cat([fusion.attend.query.weight, fusion.attend.key_value.weight], dim=0)
        )
        own.in_proj_bias.zero_()
        own.out_proj.load_state_dict(fusion.attend.output.state_dict())
    return fusion.norm(tokens + own(tokens, tokens, tokens, need_weights=False)[0])


def test_attention_over_sensors_agrees_with_torchs():
    torch.manual_seed(0)
    fusion = TokenAttention(EQUAL, heads=2).eval()
    x = values(EQUAL)
    tokens = torch.stack([x[name] + fusion.codes[f"of_{name}"] for name in sorted(EQUAL)], dim=1)
    expected = attended(fusion, tokens)
    torch.testing.assert_close(fusion(x, present(EQUAL)), expected.flatten(1), atol=1e-5, rtol=1e-5)
    mean = TokenAttention(EQUAL, heads=2, pool="mean").eval()
    mean.load_state_dict(fusion.state_dict())
    torch.testing.assert_close(mean(x, present(EQUAL)), expected.mean(dim=1), atol=1e-5, rtol=1e-5)


def test_an_absent_sensor_is_no_key_and_zero_in_the_flat_vector():
    torch.manual_seed(0)
    fusion = TokenAttention(EQUAL, heads=2).eval()
    x = values(EQUAL)
    found = fusion(x, present(EQUAL, infrared=[False] * 4)).unflatten(1, (3, 8))
    tokens = torch.stack([x[name] + fusion.codes[f"of_{name}"] for name in ("image", "sound")], dim=1)
    torch.testing.assert_close(found[:, [0, 2]], attended(fusion, tokens), atol=1e-5, rtol=1e-5)
    assert (found[:, 1] == 0).all()
    weights = fusion.attention(x, present(EQUAL, infrared=[False] * 4))
    assert (weights[..., 1] == 0).all()
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(4, 2, 3))


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:])
def test_permuted_sensors_with_their_codes_permute_the_result(order):
    torch.manual_seed(0)
    fusion = TokenAttention(EQUAL, heads=2).eval()
    names = sorted(EQUAL)
    twin = TokenAttention(EQUAL, heads=2).eval()
    state = fusion.state_dict()
    moved = {f"codes.of_{names[i]}": state[f"codes.of_{names[j]}"] for i, j in enumerate(order)}
    twin.load_state_dict(state | moved)
    x = values(EQUAL)
    shown = {names[i]: x[names[j]] for i, j in enumerate(order)}
    found = twin(shown, present(EQUAL)).unflatten(1, (3, 8))
    expected = fusion(x, present(EQUAL)).unflatten(1, (3, 8))[:, list(order)]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_sizes_of_tokens():
    assert TokenAttention(FLOWS).out.channels == 3 * 4
    assert TokenAttention(FLOWS, heads=3, pool="mean").out.channels == 6
    assert list(TokenAttention(FLOWS).projections) == ["image", "sound"]
    with pytest.raises(ConfigError, match="heads is 4, which does not divide the 6 channels"):
        TokenAttention(FLOWS, size=6)
    with pytest.raises(ConfigError, match="at least two modalities, found only image"):
        TokenAttention({"image": Flow.features(3)})


def test_only_one_sensor_counts():
    fusion = Only(FLOWS, modality="infrared")
    with torch.no_grad():
        fusion.absent.vectors["of_infrared"].fill_(7.0)
    x = values(FLOWS)
    found = fusion(x, present(FLOWS, infrared=[True, False, True, True], sound=[False] * 4))
    assert torch.equal(found[[0, 2, 3]], x["infrared"][[0, 2, 3]])
    assert found[1].tolist() == [7.0] * 4
    with pytest.raises(ConfigError, match="did you mean infrared"):
        Only(FLOWS, modality="infared")


@pytest.mark.parametrize("part", [Gated, LowRank, TokenAttention])
def test_only_features_are_joined(part):
    with pytest.raises(ConfigError, match="photo gives tokens"):
        part({"sound": Flow.features(2), "photo": Flow.tokens(3, 2)})
