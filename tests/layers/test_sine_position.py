"""Two-dimensional sine code against its formula."""

import math

import pytest
import torch

from weldfusion.errors import ConfigError
from weldfusion.layers.sine_position import SinePosition2d


def test_half_of_the_code_is_of_the_row_and_half_of_the_column():
    code = SinePosition2d((3, 5), 8)(torch.zeros(1, 15, 8))[0]
    for row in range(3):
        for column in range(5):
            expected = []
            for place in (row, column):
                for i in range(2):
                    angle = place / 10_000 ** (2 * i / 4)
                    expected += [math.sin(angle), math.cos(angle)]
            torch.testing.assert_close(code[5 * row + column], torch.tensor(expected))


def test_it_is_added():
    layer, tokens = SinePosition2d((2, 2), 4), torch.randn(3, 4, 4)
    torch.testing.assert_close(layer(tokens) - layer(torch.zeros(1, 4, 4)), tokens)


def test_channels_must_be_a_multiple_of_four():
    with pytest.raises(ConfigError, match="multiple of 4 channels, not 6"):
        SinePosition2d((2, 2), 6)
