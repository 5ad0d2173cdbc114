"""Masked arithmetic against torch on the valid positions alone."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from weldfusion.layers.masked import masked_batch_norm, masked_max, masked_mean, window_valid


@settings(max_examples=30, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 9), min_size=1, max_size=5),
    seed=st.integers(0, 2**31 - 1),
)
def test_masked_mean_is_the_mean_of_each_sample_alone(lengths, seed):
    x = torch.randn(len(lengths), 9, 3, generator=torch.Generator().manual_seed(seed))
    valid = torch.arange(9) < torch.tensor(lengths).unsqueeze(1)
    found = masked_mean(x.masked_fill(~valid.unsqueeze(-1), float("nan")), valid)
    for row, length in enumerate(lengths):
        expected = x[row, :length].mean(dim=0) if length else torch.zeros(3)
        torch.testing.assert_close(found[row], expected)


def test_batch_norm_in_training_sees_valid_positions_only():
    torch.manual_seed(0)
    x = torch.randn(3, 4, 10) * 3 + 5
    lengths = torch.tensor([10, 4, 0])
    valid = (torch.arange(10) < lengths.unsqueeze(1)).unsqueeze(1)
    ours, reference = nn.BatchNorm1d(4), nn.BatchNorm1d(4)
    with torch.no_grad():
        for norm in (ours, reference):
            norm.weight.copy_(torch.tensor([1.0, 2.0, 3.0, 4.0]))
            norm.bias.copy_(torch.tensor([0.1, 0.2, 0.3, 0.4]))
    found = masked_batch_norm(ours, x.masked_fill(~valid, 1e6), valid)
    joined = torch.cat([x[0, :, :10], x[1, :, :4]], dim=1).unsqueeze(0)
    expected = reference(joined)[0]
    torch.testing.assert_close(torch.cat([found[0], found[1, :, :4]], dim=1), expected)
    torch.testing.assert_close(dict(ours.named_buffers()), dict(reference.named_buffers()))


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("dimensions", [1, 2])
def test_batch_norm_with_everything_valid_is_torchs(dimensions, affine):
    torch.manual_seed(0)
    x = torch.randn(4, 3, *[5] * dimensions)
    valid = torch.ones(4, 1, *[5] * dimensions, dtype=torch.bool)
    make = nn.BatchNorm1d if dimensions == 1 else nn.BatchNorm2d
    ours, reference = make(3, affine=affine), make(3, affine=affine)
    torch.testing.assert_close(masked_batch_norm(ours, x, valid), reference(x))
    torch.testing.assert_close(dict(ours.named_buffers()), dict(reference.named_buffers()))
    ours.eval()
    reference.eval()
    torch.testing.assert_close(masked_batch_norm(ours, x, valid), reference(x))


def test_masked_max_takes_valid_positions_only() -> None:
    tokens = torch.tensor([[[1.0, -4.0], [5.0, -2.0], [9.0, 9.0]], [[3.0, 3.0]] * 3])
    valid = torch.tensor([[True, True, False], [False, False, False]])
    assert masked_max(tokens, valid).tolist() == [[5.0, -2.0], [0.0, 0.0]]
    assert torch.equal(masked_max(tokens, None), tokens.max(dim=1).values)


@settings(max_examples=40)
@given(
    valid=st.lists(st.booleans(), min_size=4, max_size=20),
    size=st.integers(1, 4),
    step=st.integers(1, 3),
)
def test_windows_that_count_by_the_words_of_the_rule(valid, size, step):
    found = window_valid(torch.tensor([valid]), size, step)[0].tolist()
    real = [i for i, flag in enumerate(valid) if flag]
    expected = [
        any(valid[start : start + size]) and real[0] <= start and start + size - 1 <= real[-1]
        for start in range(0, len(valid) - size + 1, step)
    ]
    assert found == expected
