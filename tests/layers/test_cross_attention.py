"""One cross-attention block: parameters of the paper, torch's own attention, masks."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from weldfusion.errors import ConfigError
from weldfusion.layers.cross_attention import CrossAttentionBlock


def test_number_of_parameters_of_the_paper():
    block = CrossAttentionBlock(64, 64, 64, heads=1, mlp_ratio=2)
    assert sum(p.numel() for p in block.parameters()) == 33_408


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_agrees_with_torchs_multihead_attention(heads):
    torch.manual_seed(heads)
    block = CrossAttentionBlock(8, 12, 8, heads, 2.0)
    reference = nn.MultiheadAttention(8, heads, bias=True, kdim=12, vdim=12, batch_first=True)
    with torch.no_grad():
        reference.q_proj_weight.copy_(block.query.weight)
        reference.k_proj_weight.copy_(block.key_value.weight[:8])
        reference.v_proj_weight.copy_(block.key_value.weight[8:])
        reference.in_proj_bias.zero_()
        reference.out_proj.load_state_dict(block.output.state_dict())
    queries, keys = torch.randn(3, 5, 8), torch.randn(3, 7, 12)
    usable = torch.arange(7) < torch.tensor([[7], [4], [1]])
    y, weights = reference(
        block.query_norm(queries),
        block.key_norm(keys),
        block.key_norm(keys),
        key_padding_mask=~usable,
        average_attn_weights=False,
    )
    torch.testing.assert_close(block(queries, keys, usable), y + block.mlp(y), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(block.explicit(queries, keys, usable)[1], weights, atol=1e-6, rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 6), min_size=1, max_size=4),
    heads=st.sampled_from([1, 2]),
    seed=st.integers(0, 10**6),
)
def test_both_paths_agree_whatever_is_masked(lengths, heads, seed):
    torch.manual_seed(seed)
    block = CrossAttentionBlock(4, 6, 4, heads, 2.0)
    queries, keys = torch.randn(len(lengths), 5, 4), torch.randn(len(lengths), 6, 6)
    usable = torch.arange(6) < torch.tensor(lengths).unsqueeze(1)
    fast = block(queries, keys, usable)
    explicit, weights = block.explicit(queries, keys, usable)
    torch.testing.assert_close(fast, explicit, atol=1e-5, rtol=1e-5)
    total = weights.sum(dim=-1)
    found = usable.any(dim=1).float().view(-1, 1, 1).expand_as(total)
    torch.testing.assert_close(total, found, atol=1e-5, rtol=0)
    assert (weights.masked_select(~usable[:, None, None, :].expand_as(weights)) == 0).all()
    assert (fast[~usable.any(dim=1)] == 0).all()


@pytest.mark.parametrize(
    ("heads", "ratio", "told"), [(3, 2.0, "heads is 3"), (1, 0.0, "mlp_ratio: must be above 0")]
)
def test_settings_that_cannot_work(heads, ratio, told):
    with pytest.raises(ConfigError, match=told):
        CrossAttentionBlock(8, 8, 8, heads, ratio)
