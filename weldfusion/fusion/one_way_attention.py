"""Exchange in which one modality looks into another, which stays as it is."""

from collections.abc import Mapping

from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Exchange, Tensors
from weldfusion.fusion.tokens import usable_tokens, with_tokens
from weldfusion.layers.attention import AttentionBlock


class OneWayAttention(Exchange):
    """F = V + MHA(LN V, LN E), then F + FFN(LN F): tokens V of `query` with what they find in E of `keys`.

    Tokens of an absent modality and tokens that are not valid are no keys; with no key left V passes
    unchanged. Outgoing tokens that are absent or not valid are 0; all other modalities pass unchanged.

    Source: our reading of the cross-attention from seam image to spectrum of laser welds; the block is
    that of a transformer's decoder (Vaswani 2017, arXiv 1706.03762), normalised first.

    Args:
        flows: flows by modality.
        query: the modality that is updated.
        keys: the modality into which it looks; its tokens may have another size.
        heads: attention heads; must divide the size of the query's tokens.
        mlp_ratio: width of the feed-forward layer over the size of the query's tokens.
        dropout: share of what is added that is dropped in training.

    >>> flows = {"image": Flow.tokens(49, 128), "spectrum": Flow.tokens(40, 64)}
    >>> OneWayAttention(flows, query="image", keys="spectrum").out["image"].shape
    (49, 128)
    """

    def __init__(
        self,
        flows: Mapping[str, Flow],
        query: str,
        keys: str,
        heads: int = 4,
        mlp_ratio: float = 2.0,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if query == keys:
            raise ConfigError(f"keys: {keys} is the query too; name another modality")
        self.query, self.key = query, keys
        sizes = [with_tokens(flows, *given).channels for given in (("query", query), ("keys", keys))]
        self.block = AttentionBlock(sizes[0], sizes[1], heads, mlp_ratio, dropout)
        self.names = sorted(name for name, flow in flows.items() if flow.kind == "tokens")
        self.out = {name: flows[name] for name in sorted(flows)}

    def forward(self, x: Tensors, present: Tensors, valid: Tensors) -> dict[str, Tensor]:
        clean, usable = usable_tokens(self.names, x, present, valid)
        found = self.block(clean[self.query], clean[self.key], usable[self.key])
        found = found.masked_fill(~usable[self.query].unsqueeze(-1), 0.0)
        return {name: x[name] for name in sorted(x)} | clean | {self.query: found}

    def attention(self, x: Tensors, present: Tensors, valid: Tensors) -> dict[tuple[str, str], Tensor]:
        clean, usable = usable_tokens(self.names, x, present, valid)
        weights = self.block.explicit(clean[self.query], clean[self.key], usable[self.key])[1]
        return {(self.query, self.key): weights}
