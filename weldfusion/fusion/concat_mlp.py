"""Fusion by concatenation and hidden layers."""

from collections.abc import Mapping, Sequence
from typing import Literal

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.data.ranges import check_least
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.fusion.absent import AbsentMode
from weldfusion.fusion.concat import Concat
from weldfusion.fusion.fusion import Fusion, Tensors

ACTIVATIONS = {"silu": nn.SiLU, "relu": nn.ReLU}


class ConcatMLP(Fusion):
    """Features side by side, then Linear → activation → Dropout per hidden layer, so that sensors interact.

    Args:
        flows: features of each modality.
        hidden: widths of the layers; the last is what the heads get.
        dropout: share of units dropped after each layer in training.
        absent: what stands for an absent modality: a `learned` vector or `zero`.
        activation: `silu` or `relu`.

    >>> ConcatMLP({"sound": Flow.features(64), "photo": Flow.features(32)}, hidden=(48,)).out.channels
    48
    """

    def __init__(
        self,
        flows: Mapping[str, Flow],
        hidden: Sequence[int] = (64,),
        dropout: float = 0.1,
        absent: AbsentMode = "learned",
        activation: Literal["silu", "relu"] = "silu",
    ) -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            raise ConfigError(f"activation is {activation!r}; {did_you_mean(activation, ACTIVATIONS)}")
        self.concat = Concat(flows, absent)
        layers: list[nn.Module] = []
        width = self.concat.out.channels
        for size in hidden:
            check_least("hidden", size, 1)
            layers += [nn.Linear(width, size), ACTIVATIONS[activation](), nn.Dropout(dropout)]
            width = size
        self.layers = nn.Sequential(*layers)
        self.out = Flow.features(width)

    def forward(self, x: Tensors, present: Tensors) -> Tensor:
        return self.layers(self.concat(x, present))
