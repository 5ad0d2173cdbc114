"""Multi-layer perceptron for tables: process parameters, one row per sample."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError, did_you_mean

NORMS: dict[str, type[nn.LayerNorm] | type[nn.BatchNorm1d] | type[nn.Identity]] = {
    "layer": nn.LayerNorm,
    "batch": nn.BatchNorm1d,
    "none": nn.Identity,
}
ACTIVATIONS: dict[str, type[nn.GELU] | type[nn.ReLU]] = {"gelu": nn.GELU, "relu": nn.ReLU}


class TableMLP(Encoder):
    """Linear → LayerNorm → GELU → dropout, once per width, on the columns and one flag per column.

    An entry that is NaN, infinite or not valid counts as 0 (the training mean, as columns come
    standardised) and its flag is 0 instead of 1. Without flags it cannot be told from the mean.

    Args:
        flow: a table (B, columns).
        widths: sizes of the layers; the last is the size of the features. Without layers, columns and
            flags are the features.
        dropout: share of units dropped after each layer in training.
        norm: `layer`, `batch` or `none`.
        activation: `gelu` or `relu`.
        flags: whether each column has its flag.

    >>> TableMLP(Flow("table", 5)).out.channels
    32
    """

    def __init__(
        self,
        flow: Flow,
        widths: Sequence[int] = (64, 32),
        dropout: float = 0.0,
        norm: Literal["layer", "batch", "none"] = "layer",
        activation: Literal["gelu", "relu"] = "gelu",
        flags: bool = True,
    ) -> None:
        super().__init__()
        if flow.kind != "table":
            raise ConfigError(f"TableMLP takes a table, not {flow.kind}")
        for key, value, known in (("norm", norm, NORMS), ("activation", activation, ACTIVATIONS)):
            if value not in known:
                raise ConfigError(f"{key} is {value!r}; {did_you_mean(value, known)}")
        layers: list[nn.Module] = []
        self.flags = flags
        size = (1 + flags) * flow.channels
        for width in widths:
            layers += [
                nn.Linear(size, width),
                NORMS[norm](width),
                ACTIVATIONS[activation](),
                nn.Dropout(dropout),
            ]
            size = width
        self.layers = nn.Sequential(*layers)
        self.out = Flow.features(size)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        known = torch.isfinite(x)
        if valid is not None:
            known = known & valid
        x = torch.where(known, x, 0.0)
        return self.layers(torch.cat([x, known.to(x.dtype)], dim=-1) if self.flags else x)

    def stages(self) -> list[str]:
        return [f"layers.{number} layers.{number + 1}" for number in range(0, len(self.layers), 4)]
