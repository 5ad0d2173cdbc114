"""ResCNN of CAFNet's repository: published counts, order of folding, the doubled block."""

import numpy as np
import pytest
import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.folded import FoldedResCNN, folded
from weldfusion.errors import ConfigError
from weldfusion.testing import check_encoder


def count(*modules: nn.Module) -> int:
    return sum(p.numel() for module in modules for p in module.parameters())


def test_counts_of_the_published_networks():
    one, other = (FoldedResCNN(Flow("waveform", 1, length=1024)) for _ in range(2))
    assert count(one, nn.Linear(64, 3)) == 169_651
    assert count(one, other, nn.Linear(128, 3)) == 339_299


def test_folding_is_column_major():
    x = np.random.default_rng(0).normal(size=(2, 3, 1024))
    expected = [[channel.reshape(32, 32, order="F") for channel in sample] for sample in x]
    np.testing.assert_array_equal(folded(torch.tensor(x), 32), expected)


def test_layers_written_out():
    torch.manual_seed(0)
    encoder = FoldedResCNN(Flow("waveform", 1, length=1024), slope=0.2).eval()
    x = torch.randn(2, 1, 1024)
    y = nn.functional.leaky_relu(encoder.norm(encoder.conv(folded(x, 32))), 0.2)
    for block in (encoder.twice, encoder.twice, *encoder.blocks):
        y = block(y, None)
    assert y.shape == (2, 64, 8, 8)
    torch.testing.assert_close(encoder(x), nn.functional.avg_pool2d(y, 8).flatten(1))


def test_contract():
    check_encoder(FoldedResCNN, Flow("waveform", 2, length=81))


def test_settings_that_cannot_work():
    with pytest.raises(ConfigError, match="1000 samples fill no square picture; windows of 961 or 1024"):
        FoldedResCNN(Flow("waveform", 1, length=1000))
    with pytest.raises(ConfigError, match="not tokens"):
        FoldedResCNN(Flow.tokens(16, 3))
