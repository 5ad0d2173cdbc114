"""Fusion by concatenation."""

from collections.abc import Mapping

import torch
from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.fusion.absent import Absent, AbsentMode, feature_sizes
from weldfusion.fusion.fusion import Fusion, Tensors


class Concat(Fusion):
    """Features of all modalities side by side, in sorted order of their names.

    Args:
        flows: features of each modality.
        absent: what stands for an absent modality: a `learned` vector or `zero`.

    >>> Concat({"sound": Flow.features(64), "photo": Flow.features(32)}).out.channels
    96
    """

    def __init__(self, flows: Mapping[str, Flow], absent: AbsentMode = "learned") -> None:
        super().__init__()
        sizes = feature_sizes(flows, "Concat")
        self.absent = Absent(sizes, absent)
        self.out = Flow.features(sum(sizes.values()))

    def forward(self, x: Tensors, present: Tensors) -> Tensor:
        return torch.cat(list(self.absent(x, present).values()), dim=-1)
