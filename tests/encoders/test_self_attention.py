"""Self-attention of tokens against torch's own attention."""

from functools import partial

import pytest
import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.self_attention import SelfAttention
from weldfusion.errors import ConfigError
from weldfusion.testing import check_encoder


@pytest.mark.parametrize("project", [None, 8])
def test_contract(project):
    check_encoder(partial(SelfAttention, layers=2, heads=3, project=project), Flow.tokens(6, 12))


def test_equals_torch_layer_by_layer():
    torch.manual_seed(0)
    ours = SelfAttention(Flow.tokens(5, 16), layers=2, heads=4, project=7).eval()
    nn.init.normal_(ours.norm.weight)
    x, valid = torch.randn(3, 5, 16), torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 1, 0], [1, 0, 0, 0, 0]]).bool()
    expected = x
    for layer in ours.layers:
        theirs = nn.MultiheadAttention(16, 4, batch_first=True)
        theirs.in_proj_weight.data = torch.cat([layer.query.weight, layer.key_value.weight])
        theirs.in_proj_bias.data = torch.cat([layer.query.bias, layer.key_value.bias])
        theirs.out_proj.load_state_dict(layer.output.state_dict())
        normed = nn.functional.layer_norm(expected, (16,), ours.norm.weight, ours.norm.bias)
        expected = expected + theirs(normed, normed, normed, key_padding_mask=~valid)[0]
    mean = torch.stack([row[mask].mean(dim=0) for row, mask in zip(expected, valid, strict=True)])
    torch.testing.assert_close(ours(x, valid), nn.functional.gelu(ours.project(mean)), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("flow", "settings", "message"),
    [
        (Flow.features(8), {}, "takes tokens, not features"),
        (Flow.tokens(4, 8), {"heads": 3}, "does not divide"),
        (Flow.tokens(4, 8), {"layers": 0}, "layers is 0"),
        (Flow.tokens(4, 8), {"project": 0}, "project is 0"),
    ],
)
def test_settings_that_cannot_work(flow, settings, message):
    with pytest.raises(ConfigError, match=message):
        SelfAttention(flow, **settings)
