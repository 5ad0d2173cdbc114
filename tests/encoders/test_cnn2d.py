"""SmallCNN2d: sizes for odd pictures, and settings."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.errors import ConfigError


@settings(max_examples=15, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), blocks=st.integers(1, 4))
def test_maps_are_as_large_as_promised(height, width, blocks):
    encoder = SmallCNN2d(Flow("image", 2, size=(height, width)), [4] * blocks, out="maps").eval()
    assert encoder(torch.zeros(1, 2, height, width)).shape == (1, *encoder.out.shape)


def test_features_are_the_mean_of_the_maps():
    flow = Flow("image", 1, size=(20, 12))
    maps, features = SmallCNN2d(flow, out="maps").eval(), SmallCNN2d(flow).eval()
    features.load_state_dict(maps.state_dict())
    x = torch.randn(2, 1, 20, 12)
    torch.testing.assert_close(features(x), maps(x).mean(dim=(2, 3)))


@pytest.mark.parametrize("flow", [Flow("table", 2), Flow("image", 3, size=(8, 8), count=2), Flow("image", 3)])
def test_flows_that_cannot_be_used(flow):
    with pytest.raises(ConfigError, match="single images of known size"):
        SmallCNN2d(flow)
