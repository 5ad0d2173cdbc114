"""IrNet: counts, sizes, stages."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.irnet import IrNet
from weldfusion.errors import ConfigError

THERMAL = Flow("image", 1, size=(128, 128))


def test_weights_and_sizes_of_the_four_blocks():
    encoder = IrNet(THERMAL, out="maps").eval()
    widths = [1, 16, 32, 64, 128]
    convolutions = sum(9 * i * o for i, o in pairwise(widths))
    assert sum(weight.numel() for weight in encoder.parameters()) == convolutions + 2 * sum(widths[1:])
    assert encoder(torch.randn(2, 1, 128, 128)).shape == (2, 128, 8, 8)


def test_it_is_conv_norm_relu_and_pooling_once_per_width():
    torch.manual_seed(0)
    encoder = IrNet(Flow("image", 2, size=(9, 7)), widths=(3, 4)).eval()
    expected = x = torch.randn(2, 2, 9, 7)
    with torch.no_grad():
        for block in encoder.blocks:
            (conv, norm, _), _ = block
            expected = nn.functional.conv2d(expected, conv.weight, padding=1)
            expected = nn.functional.max_pool2d((expected / (1 + norm.eps) ** 0.5).relu(), 2)
        torch.testing.assert_close(encoder(x), expected.mean(dim=(2, 3)))
    assert encoder.stages() == ["blocks.0", "blocks.1"]


@pytest.mark.parametrize(
    ("flow", "widths", "told"),
    [
        (Flow("image", 1, size=(8, 40)), (4, 4, 4, 4), "8×40 pixels cannot be halved 4 times"),
        (THERMAL, (), "halved 0 times"),
        (Flow("table", 2), (4,), "not table"),
    ],
)
def test_settings_that_cannot_work(flow, widths, told):
    with pytest.raises(ConfigError, match=told):
        IrNet(flow, widths)
