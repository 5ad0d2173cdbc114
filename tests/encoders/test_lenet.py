"""LeNet: the parameters of LeNet-5, any size from 14 pixels on."""

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.lenet import LeNet
from weldfusion.errors import ConfigError


def test_parameters_are_those_of_lenet_5_with_its_ten_classes():
    layers = LeNet(Flow("image", 1, size=(32, 32))).layers
    found = [sum(p.numel() for p in layer.parameters()) for layer in layers]
    assert [number for number in found if number] == [156, 2416, 48120, 10164]
    assert sum(found) + 84 * 10 + 10 == 61_706


@pytest.mark.parametrize("size", [(14, 14), (32, 32), (64, 344), (15, 200)])
def test_any_size_gives_84_features(size):
    network = LeNet(Flow("maps", 2, size=size))
    assert network(torch.zeros(2, 2, *size)).shape == (2, *network.out.shape) == (2, 84)


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        (Flow("image", 1, size=(64, 13)), "14 pixels each way or more, not 64×13"),
        (Flow("table", 2), "not table"),
    ],
)
def test_flows_that_cannot_be_used(flow, told):
    with pytest.raises(ConfigError, match=told):
        LeNet(flow)
