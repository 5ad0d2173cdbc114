"""Multi-layer perceptron for tables: process parameters, one row per sample."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError


class TableMLP(Encoder):
    """Linear → LayerNorm → GELU, once per width, on the columns and one flag per column.

    An entry that is NaN, infinite or not valid counts as 0 (the training mean, as columns come
    standardised) and its flag is 0 instead of 1.

    Args:
        flow: a table (B, columns).
        widths: sizes of the layers; the last is the size of the features. Without layers, columns and
            flags are the features.
        dropout: share of units dropped after each layer in training.

    >>> TableMLP(Flow("table", 5)).out.channels
    32
    """

    def __init__(self, flow: Flow, widths: Sequence[int] = (64, 32), dropout: float = 0.0) -> None:
        super().__init__()
        if flow.kind != "table":
            raise ConfigError(f"TableMLP takes a table, not {flow.kind}")
        layers: list[nn.Module] = []
        size = 2 * flow.channels
        for width in widths:
            layers += [nn.Linear(size, width), nn.LayerNorm(width), nn.GELU(), nn.Dropout(dropout)]
            size = width
        self.layers = nn.Sequential(*layers)
        self.out = Flow.features(size)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        known = torch.isfinite(x)
        if valid is not None:
            known = known & valid
        return self.layers(torch.cat([torch.where(known, x, 0.0), known.to(x.dtype)], dim=-1))
