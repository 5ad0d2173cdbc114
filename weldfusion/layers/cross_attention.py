"""Attention of one token sequence to another, followed by a feed-forward layer."""

from torch import Tensor, nn

from weldfusion.layers.attention import Attention, feed_forward, where_found


class CrossAttentionBlock(Attention):
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
        super().__init__(query_size, key_size, size, heads, bias=False)
        self.query_norm, self.key_norm = nn.LayerNorm(query_size), nn.LayerNorm(key_size)
        self.mlp = feed_forward(size, mlp_ratio)

    def forward(self, queries: Tensor, keys: Tensor, usable: Tensor) -> Tensor:
        """(B, Lq, Dq), (B, Lk, Dk), bool (B, Lk) → Z (B, Lq, size); 0 for samples without a usable key."""
        y = super().forward(self.query_norm(queries), self.key_norm(keys), usable)
        return where_found(y + self.mlp(y), usable)

    def explicit(self, queries: Tensor, keys: Tensor, usable: Tensor) -> tuple[Tensor, Tensor]:
        """The same result and the weights (B, heads, Lq, Lk), which sum to 1 over the usable keys."""
        y, weights = super().explicit(self.query_norm(queries), self.key_norm(keys), usable)
        return where_found(y + self.mlp(y), usable), weights
