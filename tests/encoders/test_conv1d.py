"""CAFNet's branch: published counts and lengths, padding, and torch layers written out."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.conv1d import ConvBlocks1d, fewest_samples
from weldfusion.errors import ConfigError


def waveform(length: int, channels: int = 1, rate: float | None = None) -> Flow:
    return Flow("waveform", channels, length=length, rate=rate)


def test_branch_of_the_paper_has_its_number_of_parameters():
    encoder = ConvBlocks1d(waveform(1024), pool_strides=1)
    assert sum(p.numel() for p in encoder.parameters()) == 56_256
    assert encoder.out == Flow.features(64)


def test_lengths_of_the_paper():
    for blocks, length in enumerate([1023, 1022, 1021, 1020], start=1):
        widths = (32, 64, 128, 64)[:blocks]
        encoder = ConvBlocks1d(waveform(1024), widths, pool_strides=1, out="tokens").eval()
        assert encoder.out.shape == (length, widths[-1])
        assert encoder(torch.zeros(2, 1, 1024)).shape == (2, length, widths[-1])


def test_it_is_the_layers_written_out():
    torch.manual_seed(0)
    encoder = ConvBlocks1d(waveform(50, 2), (4, 6), pool_strides=(1, 3), slope=0.2, out="tokens").eval()
    layers = []
    for block, stride in zip(encoder.blocks, (1, 3), strict=True):
        layers += [block.conv, block.norm, nn.LeakyReLU(0.2), nn.MaxPool1d(2, stride)]
    x = torch.randn(3, 2, 50)
    torch.testing.assert_close(encoder(x), nn.Sequential(*layers).eval()(x).transpose(1, 2))


def test_a_stem_and_a_trunk_are_the_whole_branch():
    torch.manual_seed(0)
    whole = ConvBlocks1d(waveform(100), pool_strides=1).eval()
    stem = ConvBlocks1d(waveform(100), (32, 64), pool_strides=1, out="tokens").eval()
    trunk = ConvBlocks1d(stem.out, (128, 64), pool_strides=1).eval()
    stem.blocks.load_state_dict(whole.blocks[:2].state_dict())
    for ours, given_block in zip(trunk.blocks, whole.blocks[2:], strict=True):
        ours.load_state_dict(given_block.state_dict())
    x = torch.randn(2, 1, 100)
    torch.testing.assert_close(trunk(stem(x)), whole(x))


@settings(max_examples=25, deadline=None)
@given(
    length=st.integers(24, 60),
    strides=st.lists(st.integers(1, 2), min_size=2, max_size=3),
    out=st.sampled_from(["features", "tokens"]),
    seed=st.integers(0, 10**6),
)
def test_a_padded_signal_gives_the_same_as_the_signal_alone(length, strides, out, seed):
    torch.manual_seed(seed)
    widths = (5, 4, 3)[: len(strides)]
    padded = ConvBlocks1d(waveform(60), widths, strides, out=out).eval()
    alone = ConvBlocks1d(waveform(length), widths, strides, out=out).eval()
    for module in padded.modules():
        if isinstance(module, nn.BatchNorm1d):
            nn.init.normal_(module.running_mean)
            nn.init.normal_(module.bias)
    alone.load_state_dict(padded.state_dict())
    x = torch.full((1, 1, 60), 1e3)
    x[..., :length] = torch.randn(length)
    valid = (torch.arange(60) < length).unsqueeze(0)
    found, expected = padded(x, valid), alone(x[..., :length])
    if out == "tokens":
        mask = padded.out_valid(valid)[0]
        assert int(mask.sum()) == alone.out.length
        assert (found[0, ~mask] == 0).all()
        found = found[:, mask]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("strides", [1, 2])
def test_scattered_gaps_leave_nearly_all_tokens(strides):
    torch.manual_seed(0)
    encoder = ConvBlocks1d(waveform(256), pool_strides=strides, out="tokens").eval()
    valid = torch.rand(1, 256) < 0.4
    x = torch.randn(1, 1, 256)
    assert encoder.out_valid(valid).float().mean() > 0.8
    with torch.no_grad():
        found = encoder(x, valid)
    assert torch.isfinite(found).all()
    assert (found[~encoder.out_valid(valid)] == 0).all()


def test_training_with_gaps_and_an_empty_sample_gives_finite_gradients():
    torch.manual_seed(0)
    encoder = ConvBlocks1d(waveform(64)).train()
    valid = torch.rand(4, 64) < 0.4
    valid[3] = False
    encoder(torch.randn(4, 1, 64), valid).square().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in encoder.parameters())


def test_rate_of_the_tokens():
    assert ConvBlocks1d(waveform(64, rate=800.0), (4, 4), 2, out="tokens").out.rate == 200.0


@pytest.mark.parametrize(
    ("flow", "arguments", "told"),
    [
        (Flow("table", 3), {}, "not table"),
        (waveform(15), {"pool_strides": 2}, "15 samples are too few for 4 blocks .* need 16; lengthen"),
        (waveform(80), {"pool_strides": [1, 2]}, "pool_strides has 2 values, widths has 4"),
        (waveform(80), {"widths": []}, "widths has 0"),
    ],
)
def test_settings_that_cannot_work(flow, arguments, told):
    with pytest.raises(ConfigError, match=told):
        ConvBlocks1d(flow, **arguments)


@pytest.mark.parametrize("strides", [[2, 2, 2, 2], [1, 2, 3], [3, 1], [1, 1, 1]])
def test_the_fewest_samples_just_fit(strides):
    fewest, widths = fewest_samples(strides), [2] * len(strides)
    assert ConvBlocks1d(waveform(fewest), widths, strides, out="tokens").out.length == 1
    with pytest.raises(ConfigError, match=f"need {fewest}"):
        ConvBlocks1d(waveform(fewest - 1), widths, strides)


def test_it_learns_to_tell_two_tones_apart():
    torch.manual_seed(0)
    t = np.arange(128) / 128
    tones = torch.tensor(np.array([np.sin(2 * np.pi * f * t) for f in [10, 30] * 8]), dtype=torch.float32)
    x, y = tones.unsqueeze(1) + 0.3 * torch.randn(16, 1, 128), torch.tensor([0, 1] * 8)
    model = nn.Sequential(ConvBlocks1d(waveform(128), (8, 8)), nn.Linear(8, 2))
    optimiser = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(30):
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimiser.step()
    assert (model(x).argmax(dim=1) == y).all()
