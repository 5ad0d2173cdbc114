"""The residual block against its layers written out."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from weldfusion.layers.residual_block import ResidualBlock, valid_after


@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize(("width", "stride"), [(3, 1), (5, 1), (3, 2), (5, 2)])
def test_layers_written_out(axes, width, stride):
    torch.manual_seed(0)
    block = ResidualBlock(axes, 3, width, stride, 3, 0.2)
    for norm in (block.first_norm, block.second_norm):
        nn.init.normal_(norm.running_mean)
        nn.init.normal_(norm.bias)
    block.eval()
    conv = F.conv1d if axes == 1 else F.conv2d
    x = torch.randn(2, 3, *(9, 8)[:axes])
    y = F.leaky_relu(block.first_norm(conv(x, block.first.weight, stride=stride, padding=1)), 0.2)
    y = block.second_norm(conv(y, block.second.weight, padding=1))
    unchanged = (width, stride) == (3, 1)
    short = x if unchanged else conv(x, block.shortcut.weight, stride=stride)
    torch.testing.assert_close(block(x, None), F.leaky_relu(y + short, 0.2))


def test_places_after_a_stride():
    valid = torch.tensor([[[True, False, False, False, True]]])
    assert valid_after(valid, 2).tolist() == [[[True, False, True]]]
    assert valid_after(valid, 1) is valid
    assert valid_after(None, 2) is None
    square = torch.zeros(1, 1, 3, 3, dtype=torch.bool)
    square[..., 2, 0] = True
    assert valid_after(square, 2).tolist() == [[[[False, False], [True, False]]]]
