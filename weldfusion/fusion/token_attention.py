"""Fusion by self-attention over one token per modality."""

from collections.abc import Mapping, Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.data.ranges import check_least
from weldfusion.errors import ConfigError
from weldfusion.fusion.absent import feature_sizes
from weldfusion.fusion.fusion import Fusion, Tensors
from weldfusion.layers.attention import Attention
from weldfusion.layers.by_name import ModulesByName, attribute
from weldfusion.layers.masked import masked_mean


class TokenAttention(Fusion):
    """T = features with a learned code of their modality; LN(T + MHA(T)), joined, then hidden layers.

    An absent modality is no key; it counts as 0 when tokens are laid side by side and is left out of
    their mean. Each hidden layer is Linear → ReLU → Dropout.

    Source: Q/K/V fusion of features (AM-TSFNet), attention without biases in Q, K and V; sizes are ours.

    Args:
        flows: features of at least two modalities.
        size: size of a token; the largest incoming one by default, rounded up to a multiple of `heads`.
            Features of another size are projected linearly.
        heads: attention heads; must divide `size`.
        pool: tokens side by side in sorted order of their names (`flatten`), or their `mean`.
        hidden: widths of the layers; the last is what the heads of targets get.
        dropout: share of units dropped after each hidden layer in training.

    >>> three = {name: Flow.features(256) for name in ("image", "infrared", "sound")}
    >>> fusion = TokenAttention(three, hidden=(128,))
    >>> fusion.out.channels, sum(p.numel() for p in fusion.parameters())
    (128, 362112)
    """

    def __init__(
        self,
        flows: Mapping[str, Flow],
        size: int | None = None,
        heads: int = 4,
        pool: Literal["flatten", "mean"] = "flatten",
        hidden: Sequence[int] = (),
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        sizes = feature_sizes(flows, "TokenAttention")
        if len(sizes) < 2:
            raise ConfigError(f"TokenAttention needs at least two modalities, found only {', '.join(sizes)}")
        check_least("size", size, 1)
        size = size or -(-max(sizes.values()) // max(heads, 1)) * max(heads, 1)
        self.names = list(sizes)
        self.pool = pool
        self.projections = ModulesByName(
            {name: nn.Linear(sizes[name], size) for name in self.names if sizes[name] != size}
        )
        self.codes = nn.ParameterDict({attribute(name): 0.02 * torch.randn(size) for name in self.names})
        self.attend = Attention(size, size, size, heads, bias=False)
        self.norm = nn.LayerNorm(size)
        self.layers = nn.Sequential()
        width = size * len(sizes) if pool == "flatten" else size
        for units in hidden:
            check_least("hidden", units, 1)
            self.layers.extend([nn.Linear(width, units), nn.ReLU(), nn.Dropout(dropout)])
            width = units
        self.out = Flow.features(width)

    def forward(self, x: Tensors, present: Tensors) -> Tensor:
        tokens, here = self._tokens(x, present)
        tokens = self.norm(tokens + self.attend(tokens, tokens, here))
        if self.pool == "mean":
            return self.layers(masked_mean(tokens, here))
        return self.layers(tokens.masked_fill(~here.unsqueeze(-1), 0.0).flatten(1))

    def attention(self, x: Tensors, present: Tensors) -> Tensor:
        """Weights (B, heads, M, M) for inspection: rows look, columns are looked at, in sorted order."""
        tokens, here = self._tokens(x, present)
        return self.attend.explicit(tokens, tokens, here)[1]

    def _tokens(self, x: Tensors, present: Tensors) -> tuple[Tensor, Tensor]:
        """(B, M, size) with 0 in place of absent features, and which are present (B, M)."""
        tokens = []
        for name in self.names:
            token = self.projections[name](x[name]) if name in self.projections else x[name]
            here = present[name].unsqueeze(-1)
            tokens.append(token.masked_fill(~here, 0.0) + self.codes[attribute(name)])
        return torch.stack(tokens, dim=1), torch.stack([present[name] for name in self.names], dim=1)
