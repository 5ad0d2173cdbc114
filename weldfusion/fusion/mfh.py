"""Multi-modal factorised high-order pooling: several bilinear poolings, each on the products before."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.data.ranges import check_least
from weldfusion.fusion.fusion import Fusion, Tensors
from weldfusion.fusion.mfb import Product, Reduced, pooled, two_sizes


class MFH(Fusion):
    """P^i = dropout(U^i ⊙ V^i ⊙ P^{i−1}), P^0 = 1; each pooled as in MFB, results side by side.

    Each U^i = W_x^i x + b_x^i and V^i has weights of its own. The factor of an absent modality is 1.

    Source: Yu 2018, arXiv 1708.03619, section III (order p = 2, k = 5, o = 1000, dropout 0.1).

    Args:
        flows: features of exactly two modalities.
        size: size o of each pooling; the result has `size` · `order` units.
        factor: number k of products that are summed for one unit of the result.
        order: number p of poolings; 1 is MFB.
        dropout: share of products dropped in training.
        reduce: sizes to which features are brought first, by Linear → ReLU, by modality.

    >>> MFH({"photo": Flow.features(512), "current": Flow.features(512)}, size=256).out.channels
    512
    """

    def __init__(
        self,
        flows: Mapping[str, Flow],
        size: int = 1000,
        factor: int = 5,
        order: int = 2,
        dropout: float = 0.1,
        reduce: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__()
        check_least("order", order, 1)
        self.reduced = Reduced(two_sizes(flows, "MFH"), reduce or {})
        self.products = nn.ModuleList(
            Product(self.reduced.sizes, size, factor, dropout) for _ in range(order)
        )
        self.factor = factor
        self.out = Flow.features(size * order)

    def forward(self, x: Tensors, present: Tensors) -> Tensor:
        reduced = self.reduced(x)
        products: list[Tensor] = []
        for product in self.products:
            products.append(product(reduced, present, products[-1] if products else None))
        return torch.cat([pooled(one, self.factor) for one in products], dim=-1)
