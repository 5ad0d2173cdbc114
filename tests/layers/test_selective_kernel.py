"""SelectiveKernel: sizes, weights of the branches, timm's as reference of the paper's mode, masks."""

import pytest
import torch
from torch import nn

from weldfusion.errors import ConfigError
from weldfusion.layers.selective_kernel import SelectiveKernel


def count(module):
    return sum(p.numel() for p in module.parameters())


def settled(module, seed=0):
    """With normalisations that have seen something."""
    generator = torch.Generator().manual_seed(seed)
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.running_mean.normal_(generator=generator)
            part.running_var.uniform_(0.5, 2.0, generator=generator)
    return module.eval()


def test_parameters_at_8_channels():
    layer = SelectiveKernel(8)
    found = [count(part) for part in (layer.convolutions, layer.norms, layer.squeeze, layer.choices)]
    assert found == [5408, 64, 288, 4 * 264]
    assert count(layer) == 6816


@pytest.mark.parametrize("mode", ["paper", "external"])
def test_weights_of_the_branches_sum_to_1_for_every_channel(mode):
    torch.manual_seed(0)
    layer = settled(SelectiveKernel(6, mode=mode))
    weights = layer.weights(layer.branches(torch.randn(3, 6, 9, 8))).detach()
    assert weights.shape == (3, 4, 6)
    assert float(weights.std(dim=1).max()) > 0.01
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(3, 6))


@pytest.mark.parametrize("mode", ["paper", "external"])
def test_equal_choices_give_the_plain_mean(mode):
    torch.manual_seed(0)
    layer = settled(SelectiveKernel(6, mode=mode))
    for choice in layer.choices:
        choice.load_state_dict(layer.choices[0].state_dict())
    x = torch.randn(2, 6, 9, 8)
    torch.testing.assert_close(layer(x), layer.branches(x).mean(dim=1))


def test_papers_mode_is_timms_without_its_split_and_with_our_size_of_z():
    timm = pytest.importorskip("timm.layers")
    torch.manual_seed(0)
    ours = settled(SelectiveKernel(12, kernels=(3, 5, 7), mode="paper"))
    reference = timm.SelectiveKernel(12, 12, kernel_size=[3, 5, 7], split_input=False, rd_channels=32).eval()
    for path, convolution, norm in zip(reference.paths, ours.convolutions, ours.norms, strict=True):
        path.conv.load_state_dict(convolution.state_dict())
        path.bn.load_state_dict(norm.state_dict())
    reference.attn.fc_reduce.weight.data.copy_(ours.squeeze[0].weight[..., None, None])
    reference.attn.bn.load_state_dict(ours.squeeze[1].state_dict())
    chosen = torch.cat([choice.weight for choice in ours.choices])
    reference.attn.fc_select.weight.data.copy_(chosen[..., None, None])
    x = torch.randn(2, 12, 10, 11)
    torch.testing.assert_close(ours(x), reference(x), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("mode", ["paper", "external"])
def test_columns_that_do_not_count_change_nothing(mode):
    torch.manual_seed(0)
    layer = settled(SelectiveKernel(6, mode=mode))
    alone = torch.randn(1, 6, 9, 7)
    padded = torch.cat([alone, torch.zeros(1, 6, 9, 5)], dim=3)
    valid = torch.arange(12).unsqueeze(0) < 7
    torch.testing.assert_close(layer(padded, valid)[..., :7], layer(alone))


@pytest.mark.parametrize(
    ("settings", "told"),
    [({"kernels": (1, 4)}, "odd sizes"), ({"kernels": ()}, "odd sizes"), ({"reduction": 0}, "at least 1")],
)
def test_settings_that_cannot_be_used(settings, told):
    with pytest.raises(ConfigError, match=told):
        SelectiveKernel(8, **settings)
