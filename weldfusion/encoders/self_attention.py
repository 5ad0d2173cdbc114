"""A trunk in which tokens attend to each other before their mean is taken."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.attention import Attention
from weldfusion.layers.masked import masked_mean


class SelfAttention(Encoder):
    """x ← x + attention_i(LN x) for each layer i, then the mean over valid tokens: features (B, D).

    Multi-head self-attention without feed-forward networks; all layers share the one LayerNorm.

    Source: attention of Vaswani 2017, arXiv 1706.03762, normalised first (Xiong 2020, arXiv 2002.04745).

    Args:
        flow: tokens.
        layers: number of attentions.
        heads: attention heads; must divide the size of the tokens.
        project: size of a Linear → GELU after the mean; null for none.

    >>> SelfAttention(Flow.tokens(49, 128)).out.channels
    128
    """

    def __init__(self, flow: Flow, layers: int = 1, heads: int = 4, project: int | None = None) -> None:
        super().__init__()
        if flow.kind != "tokens":
            raise ConfigError(f"SelfAttention takes tokens, not {flow.kind}; give the stem `out: tokens`")
        for name, value in (("layers", layers), ("project", project)):
            if value is not None and value < 1:
                raise ConfigError(f"{name} is {value}, expected at least 1")
        size = flow.channels
        self.norm = nn.LayerNorm(size)
        self.layers = nn.ModuleList(Attention(size, size, size, heads) for _ in range(layers))
        self.project = None if project is None else nn.Linear(size, project)
        self.out = Flow.features(size if project is None else project)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        usable = x.new_ones(x.shape[:2], dtype=torch.bool) if valid is None else valid
        for layer in self.layers:
            normed = self.norm(x)
            x = x + layer(normed, normed, usable)
        features = masked_mean(x, valid)
        return features if self.project is None else F.gelu(self.project(features))
