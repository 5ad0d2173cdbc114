"""Fusion by the outer product of all features, with a weight tensor of low rank."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.data.flow import Flow
from weldfusion.data.ranges import check_least
from weldfusion.fusion.absent import feature_sizes
from weldfusion.fusion.fusion import Fusion, Tensors
from weldfusion.layers.by_name import attribute


class LowRank(Fusion):
    """h = W · ([x_1, 1] ⊗ … ⊗ [x_M, 1]) + b with W = Σ_r w_1^r ⊗ … ⊗ w_M^r, never written out:
    h = Σ_r Π_m [x_m, 1] · w_m^r + b.

    The appended 1 keeps the products of fewer modalities. The factor of an absent modality is 1.

    Source: low-rank multimodal fusion (Liu 2018, arXiv 1806.00064, equations 2 to 6).

    Args:
        flows: features of each modality.
        size: size of the result.
        rank: number of terms of the weight tensor.

    >>> fusion = LowRank({"sound": Flow.features(64), "photo": Flow.features(32)}, size=16, rank=4)
    >>> sum(p.numel() for p in fusion.parameters()) == 4 * 16 * (65 + 33) + 16
    True
    """

    def __init__(self, flows: Mapping[str, Flow], size: int = 64, rank: int = 4) -> None:
        super().__init__()
        sizes = feature_sizes(flows, "LowRank")
        check_least("size", size, 1)
        check_least("rank", rank, 1)
        scale = rank ** (-0.5 / len(sizes))
        self.factors = nn.ParameterDict(
            {
                attribute(name): scale * torch.randn(rank, count + 1, size) / (count + 1) ** 0.5
                for name, count in sizes.items()
            }
        )
        self.bias = nn.Parameter(torch.zeros(size))
        self.names = list(sizes)
        self.out = Flow.features(size)

    def forward(self, x: Tensors, present: Tensors) -> Tensor:
        product: Tensor | float = 1.0
        for name in self.names:
            with_one = F.pad(x[name], (0, 1), value=1.0)
            factor = torch.einsum("bd,rdo->bro", with_one, self.factors[attribute(name)])
            product = product * torch.where(present[name].view(-1, 1, 1), factor, 1.0)
        assert isinstance(product, Tensor)
        return product.sum(dim=1) + self.bias
