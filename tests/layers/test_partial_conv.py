"""Partial convolution: what it leaves alone, and torch's convolution for the rest."""

import pytest
import torch
from torch import nn

from weldfusion.errors import ConfigError
from weldfusion.layers.partial_conv import PartialConv2d


@pytest.mark.parametrize(("channels", "seen"), [(64, 16), (24, 6), (7, 1)])
def test_only_the_first_quarter_of_the_channels_is_convolved(channels, seen):
    torch.manual_seed(0)
    layer = PartialConv2d(channels)
    x = torch.randn(2, channels, 5, 6)
    found = layer(x)
    assert torch.equal(found[:, seen:], x[:, seen:])
    padded = nn.functional.pad(x[:, :seen], (1, 1, 1, 1))
    windows = padded.unfold(2, 3, 1).unfold(3, 3, 1)
    expected = torch.einsum("bcyxij,ocij->boyx", windows, layer.conv.weight)
    torch.testing.assert_close(found[:, :seen], expected, atol=1e-5, rtol=1e-5)


def test_it_has_a_sixteenth_of_the_weights():
    partial = sum(weight.numel() for weight in PartialConv2d(64).parameters())
    whole = nn.Conv2d(64, 64, 3, bias=False).weight.numel()
    assert (partial, whole) == (2_304, 36_864)


def test_too_few_channels_are_told():
    with pytest.raises(ConfigError, match="3 channels in 4 parts"):
        PartialConv2d(3)
