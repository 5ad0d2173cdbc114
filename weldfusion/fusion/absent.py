"""What stands for the features of an absent modality."""

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Tensors
from weldfusion.layers.by_name import attribute

AbsentMode = Literal["learned", "zero"]


class Absent(nn.Module):
    """Replaces the features of absent modalities by a learned vector (0 at the start) or by 0.

    >>> absent = Absent({"sound": 2}, "zero")
    >>> absent({"sound": torch.ones(2, 2)}, {"sound": torch.tensor([True, False])})["sound"]
    tensor([[1., 1.],
            [0., 0.]])
    """

    def __init__(self, sizes: Mapping[str, int], mode: AbsentMode) -> None:
        super().__init__()
        names = sorted(sizes) if mode == "learned" else []
        self.vectors = nn.ParameterDict({attribute(name): torch.zeros(sizes[name]) for name in names})

    def forward(self, x: Tensors, present: Tensors) -> dict[str, Tensor]:
        """`x[name]` (B, D_m), `present[name]` bool (B,) → the same shapes, by sorted name."""
        result = {}
        for name in sorted(x):
            values = x[name]
            here = present[name].unsqueeze(-1)
            key = attribute(name)
            stand_in = self.vectors[key].to(values.dtype) if key in self.vectors else values.new_zeros(())
            result[name] = torch.where(here, values, stand_in)
        return result


def feature_sizes(flows: Mapping[str, Flow], part: str) -> dict[str, int]:
    """Sizes of incoming features by sorted name.

    Raises ConfigError if nothing comes in or a flow is not features.
    """
    if not flows:
        raise ConfigError(f"{part} needs at least one modality")
    for name, flow in sorted(flows.items()):
        if flow.kind != "features":
            raise ConfigError(f"{part} joins features, but {name} gives {flow.kind}")
    return {name: flows[name].channels for name in sorted(flows)}
