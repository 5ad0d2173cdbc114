"""Parts that run on chosen samples only."""

import pytest
import torch
from torch import nn

from weldfusion.layers.rows import on_rows, wants_pair


@pytest.mark.parametrize("chosen", [[0], [1, 3], [0, 1, 2, 3], []])
def test_chosen_rows_get_the_result_and_others_zero(chosen):
    torch.manual_seed(0)
    linear = nn.Linear(3, 2)
    x = torch.randn(4, 3)
    rows = torch.zeros(4, dtype=torch.bool)
    rows[chosen] = True
    found = on_rows(lambda x, valid: linear(x), x, None, rows, (2,))
    torch.testing.assert_close(found, torch.where(rows.unsqueeze(1), linear(x), torch.zeros(())))


def test_absent_samples_reach_no_batch_statistics():
    norm = nn.BatchNorm1d(3)
    reference = nn.BatchNorm1d(3)
    torch.manual_seed(0)
    x = torch.randn(5, 3)
    rows = torch.tensor([True, False, True, True, False])
    on_rows(lambda x, valid: norm(x), x, None, rows, (3,))
    reference(x[rows])
    torch.testing.assert_close(norm.running_mean, reference.running_mean)


def test_one_sample_alone_passes_batch_normalisation_in_training():
    rows = torch.tensor([True, False])
    found = on_rows(lambda x, valid: nn.BatchNorm1d(3)(x), torch.randn(2, 3), None, rows, (3,))
    assert torch.isfinite(found).all()


def test_a_batch_of_one_sample_passes_batch_normalisation_in_training():
    """Last windows of an epoch, and a process whose share is one sample: as two equal samples would do."""
    norm, reference = nn.BatchNorm1d(3), nn.BatchNorm1d(3)
    torch.manual_seed(0)
    x, rows = torch.randn(1, 3), torch.tensor([True])
    with pytest.raises(ValueError, match="more than 1 value"):
        nn.BatchNorm1d(3)(x)
    found = on_rows(lambda x, valid: norm(x), x, None, rows, (3,), pair=wants_pair(norm))
    torch.testing.assert_close(found, reference(x.repeat(2, 1))[:1])
    torch.testing.assert_close(norm.state_dict(), reference.state_dict())


def test_a_batch_of_one_sample_is_given_once_where_nothing_asks_for_two():
    sizes = []
    norm = nn.BatchNorm1d(3).eval()

    def part(x, valid):
        sizes.append(len(x))
        return norm(x)

    on_rows(part, torch.randn(1, 3), None, torch.tensor([True]), (3,), pair=wants_pair(norm))
    assert sizes == [1]
