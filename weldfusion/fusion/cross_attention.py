"""Exchange by cross-attention between token sequences: the middle of CAFNet."""

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Literal

import torch
from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Exchange, Tensors
from weldfusion.fusion.tokens import token_flows, usable_tokens
from weldfusion.layers.by_name import ModulesByName
from weldfusion.layers.cross_attention import CrossAttentionBlock


class CrossAttention(Exchange):
    """Adds to each modality's tokens what they find in those of the others: A' = A + Σ Z(A, P).

    All updates use the tokens before the exchange; every ordered pair has its own weights. Tokens
    of an absent modality and tokens that are not valid are no keys; with no key left only the
    residual A remains. Outgoing tokens of an absent modality, and those not valid, are 0.

    Source: CAFNet, doi:10.1016/j.knosys.2022.110212; published code (`query_from: self`) and figure
    (`query_from: other`) differ in where the queries come from.

    Args:
        flows: flows by modality; those that are not tokens pass unchanged.
        query_from: queries from the modality itself and keys and values from the other, or the
            reverse (then both need the same number of tokens).
        heads: attention heads.
        mlp_ratio: width of the feed-forward layer over the size of the tokens.
        between: modalities that take part; all that have tokens by default.
    """

    def __init__(
        self,
        flows: Mapping[str, Flow],
        query_from: Literal["self", "other"] = "self",
        heads: int = 1,
        mlp_ratio: float = 2.0,
        between: Sequence[str] | None = None,
    ) -> None:
        super().__init__()
        tokens = token_flows(flows, "CrossAttention", between)
        self.names = list(tokens)
        self.own_queries = query_from == "self"
        blocks: dict[str, ModulesByName[CrossAttentionBlock]] = {n: ModulesByName({}) for n in self.names}
        self.blocks = ModulesByName(blocks)
        for own, other in permutations(self.names, 2):
            query, key = (own, other) if self.own_queries else (other, own)
            if not self.own_queries and tokens[own].length != tokens[other].length:
                raise ConfigError(
                    f"query_from: other needs equally many tokens, {own} has {tokens[own].length} "
                    f"and {other} {tokens[other].length}"
                )
            self.blocks[own][other] = CrossAttentionBlock(
                tokens[query].channels, tokens[key].channels, tokens[own].channels, heads, mlp_ratio
            )
        self.out = {name: flows[name] for name in sorted(flows)}

    def forward(self, x: Tensors, present: Tensors, valid: Tensors) -> dict[str, Tensor]:
        clean, usable = usable_tokens(self.names, x, present, valid)
        result = {name: x[name] for name in sorted(x)}
        for name in self.names:
            result[name] = clean[name]
        for own, other in permutations(self.names, 2):
            query, key = self.roles(own, other)
            z = self.blocks[own][other](clean[query], clean[key], usable[key])
            result[own] = result[own] + self._kept(z, usable[own], usable[query])
        return result

    def attention(self, x: Tensors, present: Tensors, valid: Tensors) -> dict[tuple[str, str], Tensor]:
        clean, usable = usable_tokens(self.names, x, present, valid)
        weights = {}
        for own, other in permutations(self.names, 2):
            query, key = self.roles(own, other)
            weights[own, other] = self.blocks[own][other].explicit(clean[query], clean[key], usable[key])[1]
        return weights

    def roles(self, own: str, other: str) -> tuple[str, str]:
        return (own, other) if self.own_queries else (other, own)

    @staticmethod
    def _kept(z: Tensor, own: Tensor, query: Tensor) -> Tensor:
        return torch.where((own & query).unsqueeze(-1), z, 0.0)
