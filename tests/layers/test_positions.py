"""Position codes against the formula of the paper, place by place."""

import numpy as np
import pytest
import torch

from weldfusion.errors import ConfigError
from weldfusion.layers.positions import Positions, sine_positions


@pytest.mark.parametrize(("length", "size"), [(7, 6), (5, 3), (1, 1)])
def test_sines_of_the_paper(length, size):
    expected = [
        [
            np.sin(p / 10_000 ** (j / size)) if j % 2 == 0 else np.cos(p / 10_000 ** ((j - 1) / size))
            for j in range(size)
        ]
        for p in range(length)
    ]
    np.testing.assert_allclose(sine_positions(length, size), expected, atol=1e-6)


def test_what_is_added():
    tokens = torch.randn(2, 4, 6)
    torch.testing.assert_close(Positions(4, 6, "sine")(tokens) - tokens, sine_positions(4, 6).expand(2, 4, 6))
    assert torch.equal(Positions(4, 6, "none")(tokens), tokens)
    learned = Positions(4, 6, "learned")
    assert torch.equal(learned(tokens), tokens + learned.code)
    assert [name for name, _ in learned.named_parameters()] == ["code"]
    assert not list(Positions(4, 6, "sine").parameters())


def test_an_unknown_kind_is_told():
    with pytest.raises(ConfigError, match="position is 'sin'; did you mean sine"):
        Positions(4, 6, "sin")
