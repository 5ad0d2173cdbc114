"""DLinear: the moving average of scipy, linearity, padding."""

from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import uniform_filter1d

from weldfusion.data.flow import Flow
from weldfusion.encoders.dlinear import DLinear, bridged, moving_average
from weldfusion.errors import ConfigError
from weldfusion.testing import check_encoder

SMALL = Flow("waveform", 3, length=40)


@settings(max_examples=25, deadline=None)
@given(length=st.integers(1, 60), half=st.integers(0, 20), seed=st.integers(0, 10**6))
def test_moving_average_of_scipy(length, half, seed):
    x = np.random.default_rng(seed).normal(size=(2, 3, length))
    expected = uniform_filter1d(x, 2 * half + 1, axis=-1, mode="nearest")
    np.testing.assert_allclose(moving_average(torch.tensor(x), 2 * half + 1), expected, atol=1e-12)


def test_two_linear_layers_of_trend_and_remainder():
    torch.manual_seed(0)
    encoder = DLinear(SMALL, size=2, window=5, out="tokens")
    x = torch.randn(2, 3, 40)
    trend = uniform_filter1d(x.numpy(), 5, axis=-1, mode="nearest")
    weights = [part.weight.detach().numpy() for part in (encoder.trend, encoder.remainder)]
    biases = [part.bias.detach().numpy() for part in (encoder.trend, encoder.remainder)]
    expected = trend @ weights[0].T + (x.numpy() - trend) @ weights[1].T + sum(biases)
    np.testing.assert_allclose(encoder(x).detach(), expected, atol=1e-5)


@pytest.mark.parametrize("out", ["features", "tokens"])
def test_contract(out):
    check_encoder(partial(DLinear, size=2, window=5, out=out), SMALL)


@pytest.mark.parametrize("length", [1, 9, 39])
def test_a_padded_signal_gives_the_same_as_the_signal_alone(length):
    torch.manual_seed(0)
    padded, alone = DLinear(SMALL, window=9), DLinear(Flow("waveform", 3, length=length), window=9)
    for ours, given_layer in ((alone.trend, padded.trend), (alone.remainder, padded.remainder)):
        ours.weight.data.copy_(given_layer.weight.data[:, :length])
        ours.bias.data.copy_(given_layer.bias.data)
    x = torch.full((1, 3, 40), torch.nan)
    x[..., :length] = torch.randn(3, length)
    found = padded(x, (torch.arange(40) < length).unsqueeze(0))
    torch.testing.assert_close(found, alone(x[..., :length]), atol=1e-5, rtol=1e-4)


@settings(max_examples=25, deadline=None)
@given(length=st.integers(1, 30), missing=st.floats(0, 1), seed=st.integers(0, 10**6))
def test_bridging_gaps_value_by_value(length, missing, seed):
    rng = np.random.default_rng(seed)
    x, valid = rng.normal(size=(1, 2, length)), rng.random((1, length)) >= missing
    expected = np.zeros_like(x)
    for i in range(length if valid.any() else 0):
        before = [j for j in range(i + 1) if valid[0, j]]
        expected[..., i] = x[..., before[-1] if before else int(np.argmax(valid[0]))]
    found = bridged(torch.tensor(np.where(valid[:, None], x, np.nan)), torch.tensor(valid))
    np.testing.assert_array_equal(found, expected)


def test_settings_that_cannot_work():
    with pytest.raises(ConfigError, match="not image"):
        DLinear(Flow("image", 3, size=(4, 4)))
    with pytest.raises(ConfigError, match="window is 4, must be odd"):
        DLinear(SMALL, window=4)
