"""Transformer encoders: of tokens, and of a waveform cut into patches."""

from typing import Literal

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.chain import inner_stages
from weldfusion.encoders.encoder import Encoder
from weldfusion.encoders.patches import Patches
from weldfusion.errors import ConfigError
from weldfusion.layers.encoder_layer import EncoderLayer
from weldfusion.layers.masked import masked_mean
from weldfusion.layers.positions import Position, Positions


class TransformerEncoder(Encoder):
    """Tokens (B, L, D') → (Linear to D, where D' is another) → + position → layers → LayerNorm.

    Tokens where `valid` is False are attended to by none and come out as 0.

    Source: Vaswani 2017, arXiv 1706.03762, in pre-norm form.

    Args:
        flow: tokens.
        size: size D of a token inside and at the end.
        layers: number of encoder layers.
        heads: attention heads; must divide `size`.
        mlp_ratio: width of the feed-forward networks over `size`.
        dropout: share dropped in training.
        position: code added to the tokens: `learned`, `sine` or `none`.
        out: `features` (B, D), the mean over valid tokens, or `tokens` (B, L, D).

    >>> TransformerEncoder(Flow.tokens(80, 128), out="tokens").out.shape
    (80, 128)
    """

    def __init__(
        self,
        flow: Flow,
        size: int = 128,
        layers: int = 2,
        heads: int = 8,
        mlp_ratio: float = 4.0,
        dropout: float = 0.1,
        position: Position = "learned",
        out: Literal["features", "tokens"] = "features",
    ) -> None:
        super().__init__()
        if flow.kind != "tokens" or not flow.length:
            hint = "; PatchTransformer takes a waveform" if flow.kind == "waveform" else ""
            raise ConfigError(f"TransformerEncoder takes tokens, not {flow.kind}{hint}")
        if layers < 1:
            raise ConfigError(f"layers is {layers}, expected at least 1")
        self.embed = nn.Identity() if flow.channels == size else nn.Linear(flow.channels, size)
        self.positions = Positions(flow.length, size, position)
        self.drop = nn.Dropout(dropout)
        hidden = round(size * mlp_ratio)
        self.layers = nn.ModuleList(EncoderLayer(size, heads, hidden, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(size)
        self.pooled = out == "features"
        self.out = Flow.features(size) if self.pooled else Flow.tokens(flow.length, size, flow.rate)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        if valid is not None:
            x = x.masked_fill(~valid.unsqueeze(-1), 0.0)
        x = self.drop(self.positions(self.embed(x)))
        for layer in self.layers:
            x = layer(x, valid)
        x = self.norm(x)
        if self.pooled:
            return masked_mean(x, valid)
        return x if valid is None else x.masked_fill(~valid.unsqueeze(-1), 0.0)

    def stages(self) -> list[str]:
        *layers, last = (f"layers.{number}" for number in range(len(self.layers)))
        return ["embed positions", *layers, f"{last} norm"]

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        return None if self.pooled else valid


class PatchTransformer(Encoder):
    """A waveform's patches as tokens (`Patches`), then `TransformerEncoder` with learned positions.

    Attention over raw samples would need L × L maps: 1280 samples in patches of 16 are 80 tokens.

    Source: patches of a series, Nie 2023 (PatchTST), arXiv 2211.14730.

    Args:
        flow: waveform.
        size: size D of a token.
        patch: samples in a patch; patches do not overlap.
        layers: number of encoder layers.
        heads: attention heads; must divide `size`.
        mlp_ratio: width of the feed-forward networks over `size`.
        dropout: share dropped in training.
        out: `features` (B, D), or `tokens` (B, L // patch, D).

    >>> PatchTransformer(Flow("waveform", 2, length=1280), out="tokens").out.shape
    (80, 128)
    """

    def __init__(
        self,
        flow: Flow,
        size: int = 128,
        patch: int = 16,
        layers: int = 2,
        heads: int = 8,
        mlp_ratio: float = 4.0,
        dropout: float = 0.1,
        out: Literal["features", "tokens"] = "features",
    ) -> None:
        super().__init__()
        self.patches = Patches(flow, size, patch)
        self.encoder = TransformerEncoder(
            self.patches.out, size, layers, heads, mlp_ratio, dropout, "learned", out
        )
        self.out = self.encoder.out

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        return self.encoder(self.patches(x, valid), self.patches.out_valid(valid))

    def stages(self) -> list[str]:
        return ["patches encoder.positions", *inner_stages("encoder", self.encoder)[1:]]

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        return self.encoder.out_valid(self.patches.out_valid(valid))
