"""Features of a given size."""

import pytest
import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.projection import Projection
from weldfusion.errors import ConfigError
from weldfusion.systems.branch import run_encoder
from weldfusion.testing import check_encoder


@pytest.mark.parametrize("flow", [Flow.features(7), Flow.tokens(5, 7)])
def test_contract(flow):
    check_encoder(lambda flow: Projection(flow, 4), flow)


def test_it_is_a_linear_layer_normalised_over_the_batch():
    torch.manual_seed(0)
    trunk = Projection(Flow.features(7), 4)
    x = torch.randn(64, 7)
    found = nn.functional.linear(x, trunk.linear.weight)
    expected = (found - found.mean(dim=0)) / (found.var(dim=0, correction=0) + 1e-5).sqrt()
    torch.testing.assert_close(trunk(x), expected)


def test_one_sample_alone_is_normalised_as_in_eval_mode():
    trunk, x, here = Projection(Flow.features(7), 4).train(), torch.randn(1, 7), torch.tensor([True])
    trunk(3 * torch.randn(32, 7))
    found = run_encoder(trunk, x, None, here, trunk.out)
    torch.testing.assert_close(found, trunk.eval()(x))


@pytest.mark.parametrize(("flow", "size", "told"), [
    (Flow("table", 3), 4, "takes features or tokens, not table"),
    (Flow.features(3), 0, "size is 0, expected at least 1"),
])  # fmt: skip
def test_what_does_not_fit_is_told(flow, size, told):
    with pytest.raises(ConfigError, match=told):
        Projection(flow, size)
