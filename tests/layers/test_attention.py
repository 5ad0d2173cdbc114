"""Attention against torch's own, and both of its paths against each other."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from weldfusion.errors import ConfigError
from weldfusion.layers.attention import Attention, AttentionBlock


def torchs(attention: Attention, size: int, key_size: int) -> nn.MultiheadAttention:
    """torch's own attention with the same weights."""
    own = nn.MultiheadAttention(size, attention.heads, kdim=key_size, vdim=key_size, batch_first=True)
    with torch.no_grad():
        own.q_proj_weight.copy_(attention.query.weight)
        own.k_proj_weight.copy_(attention.key_value.weight[:size])
        own.v_proj_weight.copy_(attention.key_value.weight[size:])
        own.in_proj_bias[:size] = attention.query.bias
        own.in_proj_bias[size:] = attention.key_value.bias
        own.out_proj.load_state_dict(attention.output.state_dict())
    return own


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_agrees_with_torchs_multihead_attention(heads):
    torch.manual_seed(heads)
    attention = Attention(8, 12, 8, heads)
    queries, keys = torch.randn(3, 5, 8), torch.randn(3, 7, 12)
    usable = torch.arange(7) < torch.tensor([[7], [4], [1]])
    expected, weights = torchs(attention, 8, 12)(
        queries, keys, keys, key_padding_mask=~usable, average_attn_weights=False
    )
    torch.testing.assert_close(attention(queries, keys, usable), expected, atol=1e-5, rtol=1e-5)
    found, shown = attention.explicit(queries, keys, usable)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(shown, weights, atol=1e-6, rtol=1e-5)


def test_block_agrees_with_torchs_transformer_layer():
    """A self-attention block is `nn.TransformerEncoderLayer` with `norm_first`, whose one norm stands
    before queries and keys."""
    torch.manual_seed(0)
    block = AttentionBlock(8, 8, heads=2, mlp_ratio=4.0).eval()
    block.key_norm = block.query_norm
    layer = nn.TransformerEncoderLayer(
        8, 2, 32, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    ).eval()
    norm, first, _, second = block.mlp
    with torch.no_grad():
        block.query_norm.weight.uniform_(0.5, 2.0)
        norm.bias.uniform_(-1.0, 1.0)
        joint = (block.attend.query, block.attend.key_value)
        layer.self_attn.in_proj_weight.copy_(torch.cat([linear.weight for linear in joint]))
        layer.self_attn.in_proj_bias.copy_(torch.cat([linear.bias for linear in joint]))
    pairs = [
        (layer.self_attn.out_proj, block.attend.output),
        (layer.norm1, block.query_norm),
        (layer.norm2, norm),
        (layer.linear1, first),
        (layer.linear2, second),
    ]
    for theirs, ours in pairs:
        theirs.load_state_dict(ours.state_dict())
    x = torch.randn(3, 5, 8)
    usable = torch.arange(5) < torch.tensor([[5], [3], [1]])
    expected = layer(x, src_key_padding_mask=~usable)
    found = block(x, x, usable)
    torch.testing.assert_close(found[usable], expected[usable], atol=1e-5, rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 6), min_size=1, max_size=4),
    heads=st.sampled_from([1, 2]),
    seed=st.integers(0, 10**6),
)
def test_both_paths_agree_whatever_is_masked(lengths, heads, seed):
    torch.manual_seed(seed)
    block = AttentionBlock(4, 6, heads, 2.0)
    queries, keys = torch.randn(len(lengths), 5, 4), torch.randn(len(lengths), 6, 6)
    usable = torch.arange(6) < torch.tensor(lengths).unsqueeze(1)
    fast = block(queries, keys, usable)
    explicit, weights = block.explicit(queries, keys, usable)
    torch.testing.assert_close(fast, explicit, atol=1e-5, rtol=1e-5)
    found = usable.any(dim=1)
    torch.testing.assert_close(
        weights.sum(dim=-1), found.float().view(-1, 1, 1).expand(-1, heads, 5), atol=1e-5, rtol=0
    )
    assert (weights.masked_select(~usable[:, None, None, :].expand_as(weights)) == 0).all()
    assert torch.equal(fast[~found], queries[~found])


def test_nothing_is_found_without_a_key():
    attention = Attention(4, 4, 4, heads=2)
    usable = torch.tensor([[True] * 3, [False] * 3])
    for found in (
        attention(torch.randn(2, 3, 4), torch.randn(2, 3, 4), usable),
        *attention.explicit(torch.randn(2, 3, 4), torch.randn(2, 3, 4), usable),
    ):
        assert (found[0] != 0).all()
        assert (found[1] == 0).all()


def test_no_key_leaves_gradients_finite():
    block = AttentionBlock(4, 4, 2, 2.0)
    queries, keys = torch.randn(2, 3, 4, requires_grad=True), torch.randn(2, 3, 4, requires_grad=True)
    usable = torch.tensor([[True] * 3, [False] * 3])
    (block(queries, keys, usable).sum() + block.explicit(queries, keys, usable)[0].sum()).backward()
    given = [queries.grad, keys.grad, *(p.grad for p in block.parameters())]
    assert all(torch.isfinite(grad).all() for grad in given)
    assert (keys.grad[1] == 0).all()


@pytest.mark.parametrize(
    ("part", "count"),
    [
        (lambda: Attention(768, 768, 768, heads=8), 2_362_368),
        (lambda: AttentionBlock(768, 768, heads=8, mlp_ratio=4.0), 2_362_368 + 4_722_432 + 3 * 1536),
    ],
)
def test_numbers_of_parameters_of_the_paper_size(part, count):
    with torch.device("meta"):
        assert sum(p.numel() for p in part().parameters()) == count


@pytest.mark.parametrize(
    ("heads", "ratio", "told"), [(3, 2.0, "heads is 3"), (1, -1.0, "mlp_ratio: must be above 0")]
)
def test_settings_that_cannot_work(heads, ratio, told):
    with pytest.raises(ConfigError, match=told):
        AttentionBlock(8, 8, heads, ratio)
