"""TSFPC: the table of layers, counts, channels, sizes."""

import pytest
import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.tsfpc import TSFPC
from weldfusion.errors import ConfigError
from weldfusion.testing import check_encoder

PICTURE = Flow("image", 3, size=(256, 256))
SMALL = Flow("image", 3, size=(64, 64))


def count(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


@pytest.mark.parametrize(
    ("arguments", "weights"),
    [({}, 943_136), ({"shrinkage": False}, 737_056), ({"depths": (1, 1, 1)}, 603_856)],
)
def test_weights(arguments, weights):
    with torch.device("meta"):
        assert count(TSFPC(PICTURE, **arguments)) == weights


def test_sizes_of_the_table_of_layers():
    with torch.device("meta"):
        encoder, x, found = TSFPC(PICTURE), torch.zeros(2, 3, 256, 256), []
        for name in encoder.stages()[:-1]:
            x = encoder.get_submodule(name)(x)
            found.append(tuple(x.shape[1:]))
        assert encoder(torch.zeros(2, 3, 256, 256)).shape == (2, 256)
    channels, sides = (16, 24, 48, 64, 80, 320), (128, 64, 32, 16, 8, 8)
    assert found == [(c, s, s) for c, s in zip(channels, sides, strict=True)]


def test_one_channel_is_repeated_so_that_weights_fit_colours_too():
    torch.manual_seed(0)
    grey = TSFPC(Flow("image", 1, size=(64, 64))).eval()
    colour = TSFPC(SMALL).eval()
    colour.load_state_dict(grey.state_dict())
    x = torch.randn(2, 1, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(grey(x), colour(x.expand(-1, 3, -1, -1)))


def test_what_reaches_the_soft_threshold_has_negative_values():
    encoder, seen = TSFPC(SMALL).eval(), []
    encoder.shrink.register_forward_hook(lambda _, given, found: seen.append((given[0], found)))
    with torch.no_grad():
        encoder(torch.randn(2, 3, 64, 64))
    before, after = seen[0]
    assert (after < 0).any()
    assert ((before != 0) & (after == 0)).any()


@pytest.mark.parametrize("flow", [Flow("maps", 2, size=(64, 64)), Flow("image", 3, size=(128, 64))])
@pytest.mark.parametrize("shrinkage", [True, False])
def test_the_contract(flow, shrinkage):
    check_encoder(lambda flow: TSFPC(flow, depths=(1, 1, 1), shrinkage=shrinkage), flow)


@pytest.mark.parametrize(
    ("flow", "arguments", "told"),
    [
        (
            Flow("image", 3, size=(224, 100)),
            {},
            "multiples of 64 pixels, not 224×100; resize them to 256×128",
        ),
        (Flow("image", 3, size=(20, 64)), {}, "resize them to 64×64"),
        (SMALL, {"depths": (2, 4)}, r"depths is \[2, 4\]"),
        (Flow("image", 3, size=(64, 64), count=2), {}, "put it into Stacked"),
        (Flow("table", 3), {}, "not table"),
    ],
)
def test_settings_that_cannot_work(flow, arguments, told):
    with pytest.raises(ConfigError, match=told):
        TSFPC(flow, **arguments)
