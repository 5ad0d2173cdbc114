"""Patches against products of the slices with the weights."""

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.patches import Patches
from weldfusion.errors import ConfigError


def test_a_token_is_a_linear_map_of_its_slice():
    torch.manual_seed(0)
    encoder = Patches(Flow("waveform", 2, length=23), size=6, patch=5)
    x = torch.randn(3, 2, 23)
    found = encoder(x)
    assert found.shape == (3, *encoder.out.shape) == (3, 4, 6)
    for i in range(4):
        cut = x[:, :, 5 * i : 5 * i + 5].flatten(1)
        expected = cut @ encoder.conv.weight.flatten(1).T + encoder.conv.bias
        torch.testing.assert_close(found[:, i], expected, atol=1e-5, rtol=1e-4)


def test_patches_of_a_padded_signal():
    torch.manual_seed(0)
    padded = Patches(Flow("waveform", 1, length=40), size=4, patch=5)
    alone = Patches(Flow("waveform", 1, length=23), size=4, patch=5)
    alone.load_state_dict(padded.state_dict())
    x = torch.full((1, 1, 40), torch.nan)
    x[..., :23] = torch.randn(23)
    valid = (torch.arange(40) < 23).unsqueeze(0)
    assert padded.out_valid(valid).tolist() == [[True] * 4 + [False] * 4]
    torch.testing.assert_close(padded(x, valid)[:, :4], alone(x[..., :23]))
    assert (padded(x, valid)[:, 4:] == 0).all()


@pytest.mark.parametrize(
    ("flow", "patch", "told"),
    [
        (Flow("table", 3), 4, "not table"),
        (Flow("waveform", 1, length=8), 9, "between 1 and the window's 8 samples"),
        (Flow("waveform", 1, length=8), 0, "between 1 and the window's 8 samples"),
    ],
)
def test_settings_that_cannot_work(flow, patch, told):
    with pytest.raises(ConfigError, match=told):
        Patches(flow, patch=patch)
