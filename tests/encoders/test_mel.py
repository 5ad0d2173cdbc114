"""MelCNN: sizes, masks, settings."""

import pytest
import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.mel import MelCNN
from weldfusion.errors import ConfigError


def sound(length: int, rate: float = 16000.0) -> Flow:
    return Flow("waveform", 1, length=length, rate=rate)


@pytest.mark.parametrize("length", [4000, 5000, 16000])
def test_tokens_are_as_many_as_promised_and_every_block_halves_them(length):
    encoder = MelCNN(sound(length), out="tokens").eval()
    frames = len(range(0, length - 1024 + 1, 256))
    assert encoder.out.length == frames // 8
    assert encoder(torch.randn(2, 1, length)).shape == (2, *encoder.out.shape)


@pytest.mark.parametrize("length", [5000, 9000])
def test_a_padded_signal_gives_the_same_as_the_signal_alone(length):
    torch.manual_seed(0)
    padded, alone = MelCNN(sound(10000)).eval(), MelCNN(sound(length)).eval()
    for module in padded.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
    alone.load_state_dict(padded.state_dict())
    x = torch.full((1, 1, 10000), 1e3)
    x[..., :length] = torch.randn(length)
    valid = (torch.arange(10000) < length).unsqueeze(0)
    torch.testing.assert_close(padded(x, valid), alone(x[..., :length]), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        (Flow("waveform", 1, length=8000), "known length and rate"),
        (Flow("table", 2), "not table"),
        (sound(1500), "1500 samples give 2 frames"),
    ],
)
def test_flows_that_cannot_be_used(flow, told):
    with pytest.raises(ConfigError, match=told):
        MelCNN(flow)
