"""Segments: means of parts, masks, settings."""

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.segments import Segments
from weldfusion.errors import ConfigError


def test_a_part_is_the_mean_of_its_tokens():
    x = torch.randn(3, 12, 5)
    found = Segments(Flow.tokens(12, 5), segments=4)(x)
    torch.testing.assert_close(found, x.unflatten(1, (4, 3)).mean(dim=2).flatten(1))


@pytest.mark.parametrize(("length", "segments"), [(10, 3), (7, 7), (50, 8), (5, 1)])
def test_parts_are_equal_to_one_token(length, segments):
    sizes = Segments(Flow.tokens(length, 1), segments).part.sum(dim=1)
    assert sizes.sum() == length
    assert sizes.max() - sizes.min() <= 1


def test_only_valid_tokens_count_and_an_empty_part_is_zero():
    x = torch.randn(1, 6, 2)
    valid = torch.tensor([[True, False, True, True, False, False]])
    x[0, 1] = torch.nan
    found = Segments(Flow.tokens(6, 2), segments=3)(x, valid)[0].view(3, 2)
    torch.testing.assert_close(found, torch.stack([x[0, 0], (x[0, 2] + x[0, 3]) / 2, torch.zeros(2)]))


def test_a_late_impulse_is_told_from_an_early_one():
    early, late = torch.zeros(2, 1, 20, 1).unbind(0)
    early[0, 2], late[0, 17] = 1.0, 1.0
    encoder = Segments(Flow.tokens(20, 1), segments=5)
    assert encoder(early).argmax() == 0
    assert encoder(late).argmax() == 4


@pytest.mark.parametrize(
    ("flow", "segments", "told"),
    [(Flow("waveform", 1, length=8), 2, "give the stem"), (Flow.tokens(4, 1), 5, "the 4 tokens")],
)
def test_what_cannot_be_cut_is_told(flow, segments, told):
    with pytest.raises(ConfigError, match=told):
        Segments(flow, segments)
