"""Multi-modal factorised bilinear pooling: the join of two modalities by products of their features."""

import functools
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.data.flow import Flow
from weldfusion.data.ranges import check_least
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.fusion.absent import feature_sizes
from weldfusion.fusion.fusion import Fusion, Tensors
from weldfusion.layers.by_name import ModulesByName


class MFB(Fusion):
    """z_i = Σ_j P_{(i−1)k+j}, j = 1…k, with P = dropout(U ⊙ V); then sign(z) √|z|, then z / ‖z‖₂.

    U = W_x x + b_x and V = W_y y + b_y have k · o units. The factor of an absent modality is 1.

    Source: Yu 2017, arXiv 1708.01471, section 3 (k = 5, o = 1000, dropout 0.1).

    Args:
        flows: features of exactly two modalities.
        size: size o of the result.
        factor: number k of products that are summed for one unit of the result.
        dropout: share of products dropped in training.
        reduce: sizes to which features are brought first, by Linear → ReLU, by modality.

    >>> fusion = MFB({"photo": Flow.features(512), "current": Flow.features(512)}, size=256)
    >>> sum(p.numel() for p in fusion.parameters())
    1313280
    """

    def __init__(
        self,
        flows: Mapping[str, Flow],
        size: int = 1000,
        factor: int = 5,
        dropout: float = 0.1,
        reduce: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__()
        sizes = two_sizes(flows, "MFB")
        self.reduced = Reduced(sizes, reduce or {})
        self.product = Product(self.reduced.sizes, size, factor, dropout)
        self.factor = factor
        self.out = Flow.features(size)

    def forward(self, x: Tensors, present: Tensors) -> Tensor:
        return pooled(self.product(self.reduced(x), present), self.factor)


class Reduced(nn.Module):
    """Features brought to smaller sizes by Linear → ReLU; those without a size pass unchanged."""

    def __init__(self, sizes: Mapping[str, int], reduce: Mapping[str, int]) -> None:
        super().__init__()
        for name in reduce:
            if name not in sizes:
                raise ConfigError(f"reduce: no modality {name}; {did_you_mean(name, sizes)}")
            check_least(f"reduce.{name}", reduce[name], 1)
        self.sizes = {name: reduce.get(name, size) for name, size in sizes.items()}
        self.layers = ModulesByName(
            {name: nn.Sequential(nn.Linear(sizes[name], reduce[name]), nn.ReLU()) for name in reduce}
        )

    def forward(self, x: Tensors) -> dict[str, Tensor]:
        return {name: self.layers[name](x[name]) if name in self.layers else x[name] for name in self.sizes}


class Product(nn.Module):
    """Dropout of the product of linear maps of all modalities to `size` · `factor` units; the factor of an
    absent one is 1."""

    def __init__(self, sizes: Mapping[str, int], size: int, factor: int, dropout: float) -> None:
        super().__init__()
        check_least("size", size, 1)
        check_least("factor", factor, 1)
        self.linear = ModulesByName({name: nn.Linear(sizes[name], size * factor) for name in sizes})
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensors, present: Tensors, before: Tensor | None = None) -> Tensor:
        """Features (B, D_m) and the products before (B, size · factor) → products of this shape."""
        factors = [
            torch.where(present[name].unsqueeze(-1), linear(x[name]), 1.0)
            for name, linear in self.linear.items()
        ]
        product = functools.reduce(torch.mul, factors)
        return self.dropout(product if before is None else product * before)


def two_sizes(flows: Mapping[str, Flow], part: str) -> dict[str, int]:
    """Sizes of the features of two modalities by sorted name.

    Raises ConfigError, saying what came, if there are not exactly two.
    """
    sizes = feature_sizes(flows, part)
    if len(sizes) != 2:
        raise ConfigError(f"{part} joins exactly two modalities, found {len(sizes)}: {', '.join(sizes)}")
    return sizes


def pooled(products: Tensor, factor: int) -> Tensor:
    """(B, o · factor) → (B, o): sum over `factor` consecutive units, signed root, length 1.

    >>> pooled(torch.tensor([[4.0, 5.0, -10.0, -6.0]]), factor=2)
    tensor([[ 0.6000, -0.8000]])
    """
    summed = products.float().unflatten(-1, (-1, factor)).sum(dim=-1)
    return F.normalize(signed_root(summed), dim=-1)


def signed_root(x: Tensor) -> Tensor:
    """sign(x) √|x|; its gradient, which would be infinite near 0, is at most 5e5, and 0 at 0.

    >>> signed_root(torch.tensor([4.0, 0.0, -9.0]))
    tensor([ 2.,  0., -3.])
    """
    return x.sign() * (x.abs() + 1e-12).sqrt()
