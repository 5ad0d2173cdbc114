"""One layer of a Transformer encoder: tokens attend to each other, then a feed-forward network."""

import torch
from torch import Tensor, nn

from weldfusion.errors import ConfigError
from weldfusion.layers.attention import Attention


class EncoderLayer(nn.Module):
    """x ← x + Wo·softmax(QKᵀ/√d)V + bo, then x ← x + W2·GELU(W1·LN(x) + b1) + b2, with Q, K, V of LN(x).

    Pre-norm: each half normalises what it takes and is added to it.

    Source: Vaswani 2017, arXiv 1706.03762; pre-norm, Xiong 2020, arXiv 2002.04745.

    Args:
        size: size of a token.
        heads: attention heads; must divide `size`.
        hidden: width of the feed-forward network.
        dropout: share dropped in training of hidden units and of both additions.
    """

    def __init__(self, size: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        if hidden < 1:
            raise ConfigError(f"the feed-forward network has {hidden} units; raise mlp_ratio")
        if not 0 <= dropout < 1:
            raise ConfigError(f"dropout is {dropout}, expected a share from 0 up to, not including, 1")
        self.attention_norm, self.mlp_norm = nn.LayerNorm(size), nn.LayerNorm(size)
        self.attend = Attention(size, size, size, heads)
        self.mlp = nn.Sequential(
            nn.Linear(size, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, size)
        )
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, usable: Tensor | None = None) -> Tensor:
        """Tokens (B, L, D) → the same; no token attends to one that is not `usable` (bool (B, L)).

        What unusable tokens become is for the caller to ignore.
        """
        usable = x.new_ones(x.shape[:2], dtype=torch.bool) if usable is None else usable
        normed = self.attention_norm(x)
        x = x + self.drop(self.attend(normed, normed, usable))
        return x + self.drop(self.mlp(self.mlp_norm(x)))
