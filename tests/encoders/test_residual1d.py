"""Residual 1-D CNN: sizes, padding, gaps, contract."""

from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.residual1d import ResidualCNN1d
from weldfusion.errors import ConfigError
from weldfusion.testing import check_encoder


def waveform(length: int, channels: int = 1) -> Flow:
    return Flow("waveform", channels, length=length, rate=800.0)


@pytest.mark.parametrize("out", ["features", "tokens"])
@pytest.mark.parametrize("flow", [waveform(61, 2), Flow.tokens(50, 3)])
def test_contract(out, flow):
    check_encoder(partial(ResidualCNN1d, widths=(4, 6), depth=1, strides=(1, 3), kernel=5, out=out), flow)


def test_length_and_rate():
    encoder = ResidualCNN1d(waveform(61), (4, 6), strides=(2, 3), out="tokens")
    assert encoder.out == Flow.tokens(11, 6, 800 / 6)
    assert encoder(torch.zeros(1, 1, 61)).shape == (1, 11, 6)


def test_number_of_weights():
    encoder = ResidualCNN1d(waveform(61, 2), (4, 6), depth=2, kernel=5)
    stem = 2 * 4 * 5 + 8
    first = [4 * 4 * 10 + 16 + 4 * 4, 4 * 4 * 10 + 16]
    second = [4 * 6 * 5 + 6 * 6 * 5 + 24 + 4 * 6, 6 * 6 * 10 + 24]
    assert sum(p.numel() for p in encoder.parameters()) == stem + sum(first) + sum(second)


@settings(max_examples=20, deadline=None)
@given(
    length=st.integers(1, 60),
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    out=st.sampled_from(["features", "tokens"]),
    seed=st.integers(0, 10**6),
)
def test_a_padded_signal_gives_the_same_as_the_signal_alone(length, strides, out, seed):
    torch.manual_seed(seed)
    padded, alone = (ResidualCNN1d(waveform(n), (4, 6), 1, strides, 5, out=out).eval() for n in (60, length))
    for module in padded.modules():
        if isinstance(module, nn.BatchNorm1d):
            nn.init.normal_(module.running_mean)
            nn.init.normal_(module.bias)
    alone.load_state_dict(padded.state_dict())
    x = torch.full((1, 1, 60), torch.nan)
    x[..., :length] = torch.randn(length)
    valid = (torch.arange(60) < length).unsqueeze(0)
    found = padded(x, valid)
    if out == "tokens":
        mask = padded.out_valid(valid)
        assert (found[~mask] == 0).all()
        found = found[mask].unsqueeze(0)
    torch.testing.assert_close(found, alone(x[..., :length]), atol=1e-5, rtol=1e-4)


def test_training_with_gaps_and_an_empty_sample_gives_finite_gradients():
    torch.manual_seed(0)
    encoder = ResidualCNN1d(waveform(64)).train()
    valid = torch.rand(4, 64) < 0.4
    valid[3] = False
    encoder(torch.randn(4, 1, 64), valid).square().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in encoder.parameters())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"strides": [2]}, "expected a number from 1 for each of 3 widths"),
        ({"strides": 0}, "expected a number from 1 for each of 3 widths"),
        ({"widths": []}, "each of 0 widths"),
        ({"kernel": 4}, "kernel must be odd"),
        ({"depth": 0}, "depth at least 1"),
    ],
)
def test_settings_that_cannot_work(arguments, told):
    with pytest.raises(ConfigError, match=told):
        ResidualCNN1d(waveform(64), **arguments)
    with pytest.raises(ConfigError, match="not table"):
        ResidualCNN1d(Flow("table", 3))
