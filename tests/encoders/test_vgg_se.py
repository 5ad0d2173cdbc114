"""VGGSE: the convolutions of torchvision's VGG-11, sizes, settings."""

import pytest
import torch
from torch import nn
from torchvision.models import vgg11_bn

from weldfusion.data.flow import Flow
from weldfusion.encoders.vgg_se import VGGSE
from weldfusion.errors import ConfigError
from weldfusion.layers.squeeze_excitation import SqueezeExcitation


def shapes(network):
    return [tuple(part.weight.shape) for part in network.modules() if isinstance(part, nn.Conv2d)]


def test_convolutions_are_those_of_vgg_11():
    with torch.device("meta"):
        network = VGGSE(Flow("image", 3, size=(64, 64)))
        assert shapes(network) == shapes(vgg11_bn())
    assert sum(isinstance(part, SqueezeExcitation) for part in network.layers) == 5


@pytest.mark.parametrize("out", ["features", "maps", "tokens"])
@pytest.mark.parametrize("size", [(1, 3), (17, 8)])
def test_sizes_are_as_promised(out, size):
    network = VGGSE(Flow("maps", 2, size=size), (4, 6), (1, 2), out)
    assert network(torch.zeros(2, 2, *size)).shape == (2, *network.out.shape)


@pytest.mark.parametrize(
    ("flow", "settings", "told"),
    [
        (Flow("table", 2), {}, "not table"),
        (Flow("image", 1, size=(8, 8)), {"convolutions": (1, 2)}, "each of the 5 widths"),
        (Flow("image", 1, size=(8, 8)), {"widths": (4,), "convolutions": (0,)}, "from 1 on"),
    ],
)
def test_what_cannot_be_built(flow, settings, told):
    with pytest.raises(ConfigError, match=told):
        VGGSE(flow, **settings)
