"""The encoder that a modality gets by default."""

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.default import default_encoder
from weldfusion.errors import ConfigError


@pytest.mark.parametrize(
    ("flow", "name"),
    [
        (Flow("waveform", 1, length=4000, rate=8000.0), "MelCNN"),
        (Flow("waveform", 1, length=3999, rate=8000.0), "ConvBlocks1d"),
        (Flow("waveform", 1, length=4000, rate=7999.0), "ConvBlocks1d"),
        (Flow("waveform", 1, length=4000, rate=192_000.0), "MelCNN"),
        (Flow("waveform", 1, length=4000, rate=1_000_000.0), "ConvBlocks1d"),
        (Flow("waveform", 3, length=500), "ConvBlocks1d"),
        (Flow("image", 3, size=(32, 32)), "SmallCNN2d"),
        (Flow("table", 4), "TableMLP"),
    ],
)
def test_by_kind(flow, name):
    assert type(default_encoder(flow)).__name__ == name


def test_tokens_have_none():
    with pytest.raises(ConfigError, match="no default encoder for tokens"):
        default_encoder(Flow.tokens(3, 4))


@pytest.mark.parametrize("length", [2, 3, 9, 18, 31, 32])
def test_short_waveforms_work(length):
    encoder = default_encoder(Flow("waveform", 2, length=length, rate=9.0)).eval()
    assert encoder(torch.zeros(1, 2, length)).shape == (1, *encoder.out.shape)
