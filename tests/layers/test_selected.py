"""Selected channels, and temperatures of several sources."""

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.layers.selected import Selected
from weldfusion.layers.tempered import Tempered


def test_dropped_channels_are_zero_and_the_shape_stays():
    layer = Selected(Flow("waveform", 4, length=3))
    x = torch.randn(2, 4, 3)
    mask = torch.tensor([[True, False, True]] * 2)
    layer.fit([0, 2])
    found = layer(x)
    assert layer.out.channels == 4
    assert torch.equal(found[:, [0, 2]], x[:, [0, 2]])
    assert not found[:, [1, 3]].any()
    assert layer.mask(mask) is mask
    expected = torch.tensor([[True, False, True], [False] * 3] * 2)
    assert torch.equal(layer.by_channel(mask, 2), expected.expand(2, 4, 3))
    assert torch.equal(layer.by_channel(None, 2).all(dim=2), torch.tensor([[True, False] * 2] * 2))
    assert layer.kept == [0, 2]


@pytest.mark.parametrize("kept", [[1, 3], [3]])
def test_an_exact_count_is_really_less_and_padded_with_zero(kept):
    layer = Selected(Flow("table", 5), count=2)
    x, mask = torch.randn(3, 5), torch.rand(3, 5) < 0.5
    layer.fit([0, 1])
    layer.fit(kept)
    found, valid = layer(x), layer.mask(mask)
    assert layer.out.shape == (2,)
    assert torch.equal(found[:, : len(kept)], x[:, kept])
    assert not found[:, len(kept) :].any()
    assert torch.equal(valid[:, : len(kept)], mask[:, kept])
    assert layer.kept == kept


def test_what_is_kept_travels_with_the_weights():
    layer, other = Selected(Flow("table", 5), 2), Selected(Flow("table", 5), 2)
    layer.fit([2, 4])
    other.load_state_dict(layer.state_dict())
    assert other.kept == [2, 4]


@pytest.mark.parametrize(
    ("flow", "count", "message"),
    [
        (Flow("image", 3, size=(4, 4)), None, "columns of a table, here is an image"),
        (Flow("table", 3), 4, "from 1 to the 3 channels there are, is 4"),
        (Flow("table", 3), 0, "from 1 to the 3"),
    ],
)
def test_what_cannot_be_selected_from(flow, count, message):
    with pytest.raises(ConfigError, match=message):
        Selected(flow, count)


def test_each_source_has_its_own_temperature():
    layer = Tempered(["b", "a"])
    layer.fit({"b": 4.0})
    x = torch.randn(3, 2)
    found = layer({"a": x, "b": x})
    assert torch.equal(found["a"], x)
    assert torch.equal(found["b"], x / 4)
