"""Attention of tokens to tokens, with masks, and the block of a transformer around it."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.data.ranges import check_above_zero
from weldfusion.errors import ConfigError
from weldfusion.layers.masked import masked_softmax


class Attention(nn.Module):
    """softmax(Q Kᵀ / √d) V Wo + bo with Q = queries Wq and [K | V] = keys Wkv, d = size / heads.

    Source: Vaswani 2017, arXiv 1706.03762, equation 1 and section 3.2.2.

    Args:
        query_size: size of the query tokens.
        key_size: size of the key tokens.
        size: size of the result; also of all heads together.
        heads: number of attention heads; must divide `size`.
        bias: whether Q, K and V have one.

    >>> attention = Attention(256, 256, 256, heads=4)
    >>> sum(p.numel() for p in attention.parameters())
    263168
    """

    def __init__(self, query_size: int, key_size: int, size: int, heads: int, bias: bool = True) -> None:
        super().__init__()
        if heads < 1 or size % heads:
            raise ConfigError(f"heads is {heads}, which does not divide the {size} channels of the tokens")
        self.heads = heads
        self.query = nn.Linear(query_size, size, bias=bias)
        self.key_value = nn.Linear(key_size, 2 * size, bias=bias)
        self.output = nn.Linear(size, size)

    def forward(self, queries: Tensor, keys: Tensor, usable: Tensor) -> Tensor:
        """(B, Lq, Dq), (B, Lk, Dk), bool (B, Lk) → (B, Lq, size); 0 for samples without a usable key."""
        query, key, value = self._project(queries, keys)
        joined = F.scaled_dot_product_attention(query, key, value, attn_mask=_mask(usable))
        return self._finish(joined, usable)

    def explicit(self, queries: Tensor, keys: Tensor, usable: Tensor) -> tuple[Tensor, Tensor]:
        """The same result and the weights (B, heads, Lq, Lk), which sum to 1 over the usable keys.

        Weights are 0 for samples without a usable key. Memory grows with Lq · Lk.
        """
        query, key, value = self._project(queries, keys)
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
        weights = masked_softmax(scores, usable[:, None, None, :].expand_as(scores), dim=-1)
        return self._finish(weights @ value, usable), weights

    def _project(self, queries: Tensor, keys: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        key, value = self.key_value(keys).chunk(2, dim=-1)
        return self._split(self.query(queries)), self._split(key), self._split(value)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def _finish(self, joined: Tensor, usable: Tensor) -> Tensor:
        return where_found(self.output(joined.transpose(1, 2).flatten(2)), usable)


class AttentionBlock(nn.Module):
    """F = Q + attention(LN Q, LN K), then F + feed_forward(F): a transformer's block, normalised first.

    Source: Xiong 2020, arXiv 2002.04745 (pre-LN); with Q ≠ K the one-way cross-attention of a decoder.

    Args:
        query_size: size of the query tokens and of the result.
        key_size: size of the key tokens.
        heads: attention heads; must divide `query_size`.
        mlp_ratio: width of the feed-forward layer over `query_size`.
        dropout: share of what attention and feed-forward layer add that is dropped in training.
    """

    def __init__(
        self, query_size: int, key_size: int, heads: int, mlp_ratio: float, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.query_norm, self.key_norm = nn.LayerNorm(query_size), nn.LayerNorm(key_size)
        self.attend = Attention(query_size, key_size, query_size, heads)
        self.mlp = feed_forward(query_size, mlp_ratio)
        self.dropout = nn.Dropout(dropout)

    def forward(self, queries: Tensor, keys: Tensor, usable: Tensor) -> Tensor:
        """(B, Lq, Dq), (B, Lk, Dk), bool (B, Lk) → (B, Lq, Dq); the queries where no key is usable."""
        found = self.attend(self.query_norm(queries), self.key_norm(keys), usable)
        return self._finish(queries, found, usable)

    def explicit(self, queries: Tensor, keys: Tensor, usable: Tensor) -> tuple[Tensor, Tensor]:
        """The same result and the weights (B, heads, Lq, Lk); see `Attention.explicit`."""
        found, weights = self.attend.explicit(self.query_norm(queries), self.key_norm(keys), usable)
        return self._finish(queries, found, usable), weights

    def _finish(self, queries: Tensor, found: Tensor, usable: Tensor) -> Tensor:
        x = queries + self.dropout(found)
        return torch.where(_found(usable), x + self.dropout(self.mlp(x)), queries)


def feed_forward(size: int, ratio: float) -> nn.Sequential:
    """W2 GELU(W1 LN(x) + b1) + b2 with a hidden width of `ratio` times `size`.

    Raises ConfigError if `ratio` is not positive.
    """
    check_above_zero("mlp_ratio", ratio)
    hidden = round(size * ratio)
    return nn.Sequential(nn.LayerNorm(size), nn.Linear(size, hidden), nn.GELU(), nn.Linear(hidden, size))


def where_found(x: Tensor, usable: Tensor) -> Tensor:
    """`x` (B, Lq, D) where a sample has a usable key (bool (B, Lk)), else 0."""
    return torch.where(_found(usable), x, 0.0)


def _found(usable: Tensor) -> Tensor:
    return usable.any(dim=1).view(-1, 1, 1)


def _mask(usable: Tensor) -> Tensor:
    """(B, Lk) → (B, 1, 1, Lk); every key where none is usable, so that no softmax is empty."""
    return (usable | ~usable.any(dim=1, keepdim=True))[:, None, None, :]
