"""TableMLP: unknown entries."""

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.table import TableMLP
from weldfusion.errors import ConfigError


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


def test_settings_that_cannot_work():
    with pytest.raises(ConfigError, match="widths is empty"):
        TableMLP(Flow("table", 3), widths=())
    with pytest.raises(ConfigError, match="not image"):
        TableMLP(Flow("image", 3))
