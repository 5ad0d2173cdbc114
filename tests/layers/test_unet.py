"""The U-Net against published and computed counts, and against itself on padded pictures."""

import pytest
import torch

from weldfusion.errors import ConfigError
from weldfusion.layers.unet import UNet


@pytest.mark.parametrize(
    ("widths", "count"),
    [
        ((16, 32, 64, 128), 482_737),
        ((16, 32, 64, 128, 256), 1_942_577),
        ((64, 128, 256, 512, 1024), 31_037_633),
    ],
)
def test_parameters(widths, count):
    with torch.device("meta"):
        assert sum(p.numel() for p in UNet(3, widths).parameters()) == count


@pytest.mark.parametrize("size", [(1, 1), (5, 16), (17, 31), (40, 56)])
def test_any_size_as_if_padded_by_its_edges(size):
    torch.manual_seed(0)
    network = UNet(2, (4, 6, 8, 10)).eval()
    x = torch.randn(2, 2, *size)
    found = network(x)
    assert found.shape == (2, 1, *size)
    height, width = (-(-n // 8) * 8 for n in size)
    rows = torch.arange(height).clamp(max=size[0] - 1)
    columns = torch.arange(width).clamp(max=size[1] - 1)
    padded = network(x[:, :, rows][:, :, :, columns])
    torch.testing.assert_close(found, padded[..., : size[0], : size[1]])


@pytest.mark.parametrize("widths", [(), (8, 0)])
def test_refuses_widths(widths):
    with pytest.raises(ConfigError, match="widths"):
        UNet(1, widths)
