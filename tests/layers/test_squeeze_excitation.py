"""SqueezeExcitation: sizes of the spec, torchvision's as reference, no unit dead at the start."""

import pytest
import torch
from torchvision.ops import SqueezeExcitation as Reference

from weldfusion.layers.squeeze_excitation import SqueezeExcitation


@pytest.mark.parametrize(("channels", "parameters"), [(64, 580), (256, 8464)])
def test_parameters(channels, parameters):
    assert sum(p.numel() for p in SqueezeExcitation(channels).parameters()) == parameters


def test_same_as_torchvision():
    torch.manual_seed(0)
    ours, reference = SqueezeExcitation(8, reduction=2), Reference(8, 4)
    for mine, other in ((ours.weigh[0], reference.fc1), (ours.weigh[2], reference.fc2)):
        other.weight.data.copy_(mine.weight[..., None, None])
        other.bias.data.copy_(mine.bias)
    x = torch.randn(3, 8, 5, 4)
    torch.testing.assert_close(ours(x), reference(x))


def test_hidden_units_are_alive_on_maps_after_a_relu():
    torch.manual_seed(0)
    x = torch.randn(16, 32, 6, 6).relu()
    alive = [(layer.weigh[:2](x.mean(dim=(2, 3))) > 0).any() for layer in map(SqueezeExcitation, [32] * 50)]
    assert all(alive)
