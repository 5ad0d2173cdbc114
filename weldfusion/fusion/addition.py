"""Fusion by addition."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.data.ranges import check_least
from weldfusion.fusion.absent import Absent, AbsentMode, feature_sizes
from weldfusion.fusion.fusion import Fusion, Tensors
from weldfusion.layers.by_name import ModulesByName


class Addition(Fusion):
    """Sum of the features of all modalities, each projected linearly to a common size.

    Args:
        flows: features of each modality.
        size: common size; the largest incoming one by default.
        absent: what is added for an absent modality: a `learned` vector or `zero`.

    >>> Addition({"sound": Flow.features(64), "photo": Flow.features(32)}).out.channels
    64
    """

    def __init__(
        self, flows: Mapping[str, Flow], size: int | None = None, absent: AbsentMode = "learned"
    ) -> None:
        super().__init__()
        sizes = feature_sizes(flows, "Addition")
        check_least("size", size, 1)
        size = size or max(sizes.values())
        self.projections = ModulesByName({name: nn.Linear(sizes[name], size) for name in sizes})
        self.absent = Absent(dict.fromkeys(sizes, size), absent)
        self.out = Flow.features(size)

    def forward(self, x: Tensors, present: Tensors) -> Tensor:
        projected = {name: projection(x[name]) for name, projection in self.projections.items()}
        return torch.stack(list(self.absent(projected, present).values())).sum(dim=0)
