"""Fusion by gates: for every sample and unit, how much each modality counts."""

from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.data.ranges import check_least
from weldfusion.fusion.absent import Absent, feature_sizes
from weldfusion.fusion.fusion import Fusion, Tensors
from weldfusion.layers.by_name import ModulesByName
from weldfusion.layers.masked import masked_softmax


class Gated(Fusion):
    """h = Σ z_m ⊙ tanh(W_m x_m) with gates z = softmax over the present modalities of V_m [x_1, …, x_M].

    The first modality in sorted order has the logit 0, so that with two modalities z_2 = σ(V [x_1, x_2])
    and z_1 = 1 − z_2 as in the paper. An absent modality has the gate 0, and 0 in [x_1, …, x_M].

    Source: gated multimodal unit (Arevalo 2017, arXiv 1702.01992, section 3.1, equations of the bimodal
    unit), for any number of modalities.

    Args:
        flows: features of each modality.
        size: common size; the largest incoming one by default.

    >>> fusion = Gated({"sound": Flow.features(64), "photo": Flow.features(32)})
    >>> fusion.out.channels, sum(p.numel() for p in fusion.parameters()) == 64 * (64 + 32) + 64 * 96
    (64, True)
    """

    def __init__(self, flows: Mapping[str, Flow], size: int | None = None) -> None:
        super().__init__()
        sizes = feature_sizes(flows, "Gated")
        check_least("size", size, 1)
        size = size or max(sizes.values())
        total = sum(sizes.values())
        self.hidden = ModulesByName({name: nn.Linear(sizes[name], size, bias=False) for name in sizes})
        self.logits = ModulesByName({name: nn.Linear(total, size, bias=False) for _, name in pairwise(sizes)})
        self.absent = Absent(sizes, "zero")
        self.out = Flow.features(size)

    def forward(self, x: Tensors, present: Tensors) -> Tensor:
        gates = self.gates(x, present)
        hidden = {name: torch.tanh(linear(x[name])) for name, linear in self.hidden.items()}
        return torch.stack([gates[name] * hidden[name] for name in gates]).sum(dim=0)

    def gates(self, x: Tensors, present: Tensors) -> dict[str, Tensor]:
        """How much each modality counts (B, size), by sorted name; their sum is 1 where one is present."""
        known = torch.cat(list(self.absent(x, present).values()), dim=-1)
        found = [linear(known) for _, linear in self.logits.items()]
        logits = torch.stack([known.new_zeros((len(known), self.out.channels)), *found])
        names = list(self.hidden)
        here = torch.stack([present[name] for name in names]).unsqueeze(-1).expand_as(logits)
        return dict(zip(names, masked_softmax(logits, here, dim=0), strict=True))
