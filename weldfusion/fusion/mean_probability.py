"""Late fusion by the mean of the outputs of each modality alone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.fusion.absent import feature_sizes
from weldfusion.fusion.fusion import LateFusion, Tensors

if TYPE_CHECKING:
    from weldfusion.heads.head import Head


class MeanProbability(LateFusion):
    """Mean over the present modalities: of probabilities for classes, of values for numbers.

    Args:
        flows: features of each modality.
    """

    def __init__(self, flows: Mapping[str, Flow]) -> None:
        super().__init__()
        self.names = list(feature_sizes(flows, "MeanProbability"))

    def forward(self, head: "Head", outputs: Tensors, present: Tensors) -> Tensor:
        here = torch.stack([present[name] for name in self.names]).float()
        nothing = here.sum(dim=0) == 0
        weight = torch.where(nothing, 1.0 / len(self.names), here / here.sum(dim=0).clamp(min=1.0))
        return head.average(torch.stack([outputs[name] for name in self.names]), weight)
