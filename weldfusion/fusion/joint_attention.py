"""Exchange by self-attention over the tokens of all modalities together."""

from collections.abc import Mapping, Sequence
from itertools import permutations

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Exchange, Tensors
from weldfusion.fusion.tokens import token_flows, usable_tokens
from weldfusion.layers.attention import Attention, feed_forward
from weldfusion.layers.by_name import attribute


class JointAttention(Exchange):
    """T = all tokens with a learned code of their modality; T + MHA(LN T), then T + FFN(LN T).

    Every token attends to those of its own modality and of all others. Tokens of an absent modality and
    tokens that are not valid are no keys, and come out as 0.

    Source: early fusion of token sequences, as in ViLT (Kim 2021, arXiv 2102.03334, section 3.1, modality
    codes t^type) with blocks that normalise first.

    Args:
        flows: flows by modality; those that are not tokens pass unchanged.
        heads: attention heads; must divide the size of the tokens.
        mlp_ratio: width of the feed-forward layer over the size of the tokens.
        dropout: share of what attention and feed-forward layer add that is dropped in training.
        between: modalities that take part, with tokens of one size; all that have tokens by default.

    >>> JointAttention({"sound": Flow.tokens(20, 64), "photo": Flow.tokens(9, 64)}).out["photo"].shape
    (9, 64)
    """

    def __init__(
        self,
        flows: Mapping[str, Flow],
        heads: int = 4,
        mlp_ratio: float = 2.0,
        dropout: float = 0.0,
        between: Sequence[str] | None = None,
    ) -> None:
        super().__init__()
        tokens = token_flows(flows, "JointAttention", between)
        self.names = list(tokens)
        if len({flow.channels for flow in tokens.values()}) > 1:
            sizes = ", ".join(f"{name} {flow.channels}" for name, flow in tokens.items())
            raise ConfigError(
                f"JointAttention needs tokens of one size, found {sizes}; CrossAttention does not"
            )
        size = tokens[self.names[0]].channels
        self.codes = nn.ParameterDict({attribute(name): 0.02 * torch.randn(size) for name in self.names})
        self.norm = nn.LayerNorm(size)
        self.attend = Attention(size, size, size, heads)
        self.mlp = feed_forward(size, mlp_ratio)
        self.dropout = nn.Dropout(dropout)
        self.out = {name: flows[name] for name in sorted(flows)}

    def forward(self, x: Tensors, present: Tensors, valid: Tensors) -> dict[str, Tensor]:
        coded, usable = self._coded(x, present, valid)
        tokens = torch.cat(list(coded.values()), dim=1)
        real = torch.cat(list(usable.values()), dim=1)
        normal = self.norm(tokens)
        tokens = tokens + self.dropout(self.attend(normal, normal, real))
        tokens = tokens + self.dropout(self.mlp(tokens))
        tokens = tokens.masked_fill(~real.unsqueeze(-1), 0.0)
        parts = tokens.split([coded[name].shape[1] for name in self.names], dim=1)
        return {name: x[name] for name in sorted(x)} | dict(zip(self.names, parts, strict=True))

    def attention(self, x: Tensors, present: Tensors, valid: Tensors) -> dict[tuple[str, str], Tensor]:
        """As `Exchange.attention`: of what a token takes from the other modality, to which tokens."""
        coded, usable = self._coded(x, present, valid)
        normal = {name: self.norm(tokens) for name, tokens in coded.items()}
        return {
            (own, other): self.attend.explicit(normal[own], normal[other], usable[other])[1]
            for own, other in permutations(self.names, 2)
        }

    def _coded(
        self, x: Tensors, present: Tensors, valid: Tensors
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        clean, usable = usable_tokens(self.names, x, present, valid)
        return {name: clean[name] + self.codes[attribute(name)] for name in self.names}, usable
