"""The encoder layer against torch's own with the same weights."""

import pytest
import torch
from torch import nn

from weldfusion.errors import ConfigError
from weldfusion.layers.encoder_layer import EncoderLayer


def torch_layer(ours: EncoderLayer, size: int, heads: int, hidden: int) -> nn.TransformerEncoderLayer:
    theirs = nn.TransformerEncoderLayer(
        size, heads, hidden, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    query, key_value = ours.attend.query, ours.attend.key_value
    theirs.self_attn.in_proj_weight.data.copy_(torch.cat([query.weight.data, key_value.weight.data]))
    theirs.self_attn.in_proj_bias.data.copy_(torch.cat([query.bias.data, key_value.bias.data]))
    theirs.self_attn.out_proj.load_state_dict(ours.attend.output.state_dict())
    theirs.linear1.load_state_dict(ours.mlp[0].state_dict())
    theirs.linear2.load_state_dict(ours.mlp[3].state_dict())
    theirs.norm1.load_state_dict(ours.attention_norm.state_dict())
    theirs.norm2.load_state_dict(ours.mlp_norm.state_dict())
    return theirs


def layer_with_random_norms(size: int, heads: int, hidden: int) -> EncoderLayer:
    torch.manual_seed(0)
    layer = EncoderLayer(size, heads, hidden, dropout=0.0)
    for parameter in layer.parameters():
        nn.init.normal_(parameter, std=0.3)
    return layer


def test_torch_layer_with_the_same_weights():
    ours = layer_with_random_norms(12, 3, 20)
    theirs = torch_layer(ours, 12, 3, 20)
    x = torch.randn(4, 9, 12)
    torch.testing.assert_close(ours(x), theirs(x), atol=1e-5, rtol=1e-4)
    usable = torch.arange(9) < torch.tensor([9, 5, 1, 3]).unsqueeze(1)
    expected = theirs(x, src_key_padding_mask=~usable)
    torch.testing.assert_close(ours(x, usable)[usable], expected[usable], atol=1e-5, rtol=1e-4)


def test_nothing_usable_is_finite():
    layer = layer_with_random_norms(8, 2, 8)
    x = torch.randn(2, 5, 8)
    assert torch.isfinite(layer(x, torch.zeros(2, 5, dtype=torch.bool))).all()


@pytest.mark.parametrize(("size", "hidden", "count"), [(128, 512, 198_272), (768, 3072, 7_087_872)])
def test_number_of_parameters(size, hidden, count):
    with torch.device("meta"):
        layer = EncoderLayer(size, 8, hidden, 0.1)
    assert sum(p.numel() for p in layer.parameters()) == count


def test_dropout_acts_in_training_only():
    torch.manual_seed(0)
    layer, x = EncoderLayer(8, 2, 8, dropout=0.5), torch.randn(2, 5, 8)
    assert not torch.equal(layer(x), layer(x))
    layer.eval()
    assert torch.equal(layer(x), layer(x))


@pytest.mark.parametrize(
    ("heads", "hidden", "dropout", "told"),
    [
        (3, 8, 0.0, "heads is 3, which does not divide the 8 channels"),
        (2, 0, 0.0, "has 0 units"),
        (2, 8, 1.0, "dropout is 1.0"),
    ],
)
def test_settings_that_cannot_work(heads, hidden, dropout, told):
    with pytest.raises(ConfigError, match=told):
        EncoderLayer(8, heads, hidden, dropout)
