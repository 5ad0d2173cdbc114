"""TableMLP: unknown entries, and the network of five parameters."""

from functools import partial

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.table import TableMLP
from weldfusion.errors import ConfigError
from weldfusion.testing import check_encoder


def test_unknown_entries_are_the_same_however_they_are_told():
    torch.manual_seed(0)
    encoder = TableMLP(Flow("table", 3)).eval()
    x = torch.tensor([[1.0, 2.0, 3.0]])
    masked = encoder(x, torch.tensor([[True, False, True]]))
    for unknown in (float("nan"), float("inf"), 0.0):
        given = torch.tensor([[1.0, unknown, 3.0]])
        mask = torch.tensor([[True, False, True]]) if unknown == 0.0 else None
        torch.testing.assert_close(encoder(given, mask), masked)


def test_an_unknown_entry_is_not_a_zero():
    torch.manual_seed(0)
    encoder = TableMLP(Flow("table", 3)).eval()
    x = torch.tensor([[1.0, 0.0, 3.0]])
    assert not torch.allclose(encoder(x), encoder(x, torch.tensor([[True, False, True]])))


def test_without_layers_columns_and_flags_are_the_features():
    encoder = TableMLP(Flow("table", 3), widths=())
    x = torch.tensor([[1.0, torch.nan, 3.0]])
    assert encoder.out == Flow.features(6)
    assert encoder(x).tolist() == [[1, 0, 3, 1, 0, 1]]


def test_settings_that_cannot_work():
    with pytest.raises(ConfigError, match="not image"):
        TableMLP(Flow("image", 3))


def test_count_of_the_network_of_five_parameters():
    plain = TableMLP(Flow("table", 5), norm="none", activation="relu", flags=False)
    normed = TableMLP(Flow("table", 5), dropout=0.2, norm="batch", activation="relu", flags=False)
    head = 32 * 3 + 3
    assert sum(p.numel() for p in plain.parameters()) + head == 2_563
    assert sum(p.numel() for p in normed.parameters()) + head == 2_563 + 2 * (64 + 32)


def test_layers_written_out_without_flags():
    torch.manual_seed(0)
    encoder = TableMLP(Flow("table", 3), (4,), norm="none", activation="relu", flags=False).eval()
    x = torch.tensor([[1.0, torch.nan, 3.0]])
    expected = torch.relu(torch.nn.functional.linear(x.nan_to_num(), *encoder.layers[0].parameters()))
    assert torch.equal(encoder(x), expected)


@pytest.mark.parametrize("norm", ["layer", "batch", "none"])
def test_contract_of_each_norm(norm):
    check_encoder(partial(TableMLP, norm=norm, activation="relu", flags=False), Flow("table", 5))


def test_an_unknown_norm_is_told():
    with pytest.raises(ConfigError, match="norm is 'batchnorm'; did you mean batch"):
        TableMLP(Flow("table", 3), norm="batchnorm")
