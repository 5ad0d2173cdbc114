"""A single sample in training."""

import pytest
import torch
from torch import nn

from weldfusion.layers.lone_sample import norm_of_features


@pytest.fixture
def norm():
    torch.manual_seed(0)
    norm = nn.BatchNorm1d(5)
    norm(3 * torch.randn(32, 5) + 1)
    return norm.train()


def test_one_sample_is_normalised_as_in_eval_mode(norm):
    x, before = torch.randn(1, 5), {name: value.clone() for name, value in norm.state_dict().items()}
    found = norm_of_features(norm, x)
    torch.testing.assert_close(dict(norm.state_dict()), before, rtol=0, atol=0)
    torch.testing.assert_close(found, norm.eval()(x))


def test_several_samples_are_normalised_by_their_batch(norm):
    x = torch.randn(7, 5)
    expected = (x - x.mean(dim=0)) / (x.var(dim=0, correction=0) + norm.eps).sqrt()
    torch.testing.assert_close(norm_of_features(norm, x), expected)
