"""Soft thresholds against torch's own shrinkage and the formula of the paper."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from weldfusion.layers.soft_threshold import SoftThreshold, soft_threshold


def test_the_example_of_the_definition():
    x = torch.tensor([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
    expected = torch.tensor([-2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0])
    torch.testing.assert_close(soft_threshold(x, torch.tensor(1.0)), expected)


@given(st.floats(0.0, 10.0), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_one_threshold_for_all_is_softshrink(threshold, seed):
    x = torch.randn(50, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * 5
    found = soft_threshold(x, torch.tensor(threshold, dtype=torch.float64))
    torch.testing.assert_close(found, nn.functional.softshrink(x, threshold))
    assert (found.abs() <= x.abs()).all()
    assert (found * x >= 0).all()


def test_the_gradient_is_one_above_the_threshold_and_zero_below():
    x = torch.tensor([-3.0, -0.5, 0.2, 2.0], requires_grad=True)
    soft_threshold(x, torch.tensor(1.0)).sum().backward()
    assert x.grad.tolist() == [1.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("thresholds", ["channel", "all"])
def test_thresholds_are_a_share_of_the_mean_size(thresholds):
    torch.manual_seed(0)
    layer = SoftThreshold(6, thresholds).eval()
    x = torch.randn(3, 6, 4, 5)
    mean = x.abs().mean(dim=(2, 3))
    share = torch.sigmoid(layer.scale(torch.relu(layer.norm(layer.reduce(mean)))))
    expected = share * mean if thresholds == "channel" else share * x.abs().mean(dim=(1, 2, 3)).unsqueeze(1)
    torch.testing.assert_close(layer.thresholds(x), expected)
    found = layer(x)
    for sample in range(3):
        for channel in range(6):
            one = expected[sample, min(channel, expected.shape[1] - 1)].item()
            torch.testing.assert_close(
                found[sample, channel], nn.functional.softshrink(x[sample, channel], one)
            )


def test_it_is_the_identity_where_the_share_goes_to_zero():
    layer = SoftThreshold(5).eval()
    nn.init.constant_(layer.scale.bias, -100.0)
    x = torch.randn(2, 5, 3)
    torch.testing.assert_close(layer(x), x)


def test_negative_values_survive():
    layer = SoftThreshold(4).eval()
    assert (layer(torch.randn(2, 4, 50)) < 0).any()


def test_weights_of_the_last_maps_of_tsfpc():
    with torch.device("meta"):
        assert sum(weight.numel() for weight in SoftThreshold(320).parameters()) == 206_080
