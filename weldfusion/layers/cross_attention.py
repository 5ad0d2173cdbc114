"""Attention of one token sequence to another, followed by a feed-forward layer."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.errors import ConfigError


class CrossAttentionBlock(nn.Module):
    """Y = softmax(Q Kᵀ / √d) V Wo + bo, then Z = Y + W2 GELU(W1 LN(Y) + b1) + b2.

    Q = LN_q(queries) Wq and [K | V] = LN_k(keys) Wkv without biases. The queries are not added
    back inside the block; whoever calls it does so.

    Source: CAFNet, doi:10.1016/j.knosys.2022.110212.

    Args:
        query_size: size of the query tokens.
        key_size: size of the key tokens.
        size: size of the result; also of all heads together.
        heads: number of attention heads; must divide `size`.
        mlp_ratio: width of the feed-forward layer over `size`.
    """

    def __init__(self, query_size: int, key_size: int, size: int, heads: int, mlp_ratio: float) -> None:
        super().__init__()
        if heads < 1 or size % heads:
            raise ConfigError(f"heads is {heads}, which does not divide the {size} channels of the tokens")
        if mlp_ratio <= 0:
            raise ConfigError(f"mlp_ratio is {mlp_ratio}, expected a positive number")
        self.heads = heads
        self.query_norm, self.key_norm = nn.LayerNorm(query_size), nn.LayerNorm(key_size)
        self.query = nn.Linear(query_size, size, bias=False)
        self.key_value = nn.Linear(key_size, 2 * size, bias=False)
        self.output = nn.Linear(size, size)
        hidden = round(size * mlp_ratio)
        self.mlp = nn.Sequential(
            nn.LayerNorm(size), nn.Linear(size, hidden), nn.GELU(), nn.Linear(hidden, size)
        )

    def forward(self, queries: Tensor, keys: Tensor, usable: Tensor) -> Tensor:
        """(B, Lq, Dq), (B, Lk, Dk), bool (B, Lk) → Z (B, Lq, size); 0 for samples without a usable key."""
        query, key, value = self._project(queries, keys)
        joined = F.scaled_dot_product_attention(query, key, value, attn_mask=_mask(usable))
        return self._finish(joined, usable)

    def attention(self, queries: Tensor, keys: Tensor, usable: Tensor) -> tuple[Tensor, Tensor]:
        """The same result and the weights (B, heads, Lq, Lk), which sum to 1 over the usable keys.

        Weights are 0 for samples without a usable key. Memory grows with Lq · Lk.
        """
        query, key, value = self._project(queries, keys)
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
        weights = scores.masked_fill(~_mask(usable), float("-inf")).softmax(dim=-1)
        found = usable.any(dim=1).view(-1, 1, 1, 1)
        return self._finish(weights @ value, usable), torch.where(found, weights, 0.0)

    def _project(self, queries: Tensor, keys: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        key, value = self.key_value(self.key_norm(keys)).chunk(2, dim=-1)
        return self._split(self.query(self.query_norm(queries))), self._split(key), self._split(value)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def _finish(self, joined: Tensor, usable: Tensor) -> Tensor:
        y = self.output(joined.transpose(1, 2).flatten(2))
        z = y + self.mlp(y)
        return torch.where(usable.any(dim=1).view(-1, 1, 1), z, 0.0)


def _mask(usable: Tensor) -> Tensor:
    """(B, Lk) → (B, 1, 1, Lk); every key where none is usable, so that no softmax is empty."""
    return (usable | ~usable.any(dim=1, keepdim=True))[:, None, None, :]
