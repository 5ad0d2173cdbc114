"""One layer of a Transformer encoder: tokens attend to each other, then a feed-forward network."""

from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.errors import ConfigError


class EncoderLayer(nn.Module):
    """x ← x + Wo·softmax(QKᵀ/√d)V + bo, then x ← x + W2·GELU(W1·LN(x) + b1) + b2, with Q, K, V of LN(x).

    Pre-norm: each half normalises what it takes and is added to it. No L × L map is kept in memory.

    Source: Vaswani 2017, arXiv 1706.03762; pre-norm, Xiong 2020, arXiv 2002.04745.

    Args:
        size: size of a token.
        heads: attention heads; must divide `size`.
        hidden: width of the feed-forward network.
        dropout: share dropped in training of attention weights, hidden units and both additions.
    """

    def __init__(self, size: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        if heads < 1 or size % heads:
            raise ConfigError(f"heads is {heads}, which does not divide the tokens' size {size}")
        if hidden < 1:
            raise ConfigError(f"the feed-forward network has {hidden} units; raise mlp_ratio")
        if not 0 <= dropout < 1:
            raise ConfigError(f"dropout is {dropout}, expected a share from 0 up to, not including, 1")
        self.heads, self.dropout = heads, dropout
        self.attention_norm, self.mlp_norm = nn.LayerNorm(size), nn.LayerNorm(size)
        self.query_key_value = nn.Linear(size, 3 * size)
        self.output = nn.Linear(size, size)
        self.mlp = nn.Sequential(
            nn.Linear(size, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, size)
        )
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, usable: Tensor | None = None) -> Tensor:
        """Tokens (B, L, D) → the same; no token attends to one that is not `usable` (bool (B, L)).

        Where nothing in a sample is usable all its tokens are used, so that no softmax is empty; what
        unusable tokens become is for the caller to ignore.
        """
        x = x + self.drop(self._attended(self.attention_norm(x), usable))
        return x + self.drop(self.mlp(self.mlp_norm(x)))

    def _attended(self, x: Tensor, usable: Tensor | None) -> Tensor:
        mask = None
        if usable is not None:
            mask = (usable | ~usable.any(dim=1, keepdim=True))[:, None, None, :]
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in self.query_key_value(x).chunk(3, dim=-1)
        )
        dropout = self.dropout if self.training else 0.0
        joined = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=dropout)
        return self.output(joined.transpose(1, 2).flatten(2))
