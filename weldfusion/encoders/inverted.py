"""A spectrum's channels as tokens: each one's whole time course is embedded at once."""

from typing import Literal

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.encoder_layer import EncoderLayer
from weldfusion.layers.masked import by_channel, channels_valid, masked_mean


class InvertedSpectrum(Encoder):
    """(B, N, T) → e_n = W2·GELU(W1·x_n + b1) + b2 for every channel n → encoder layers over the N channels.

    No position code: permuting the channels permutes the tokens and leaves the features unchanged. The
    length T of the window is part of the weights. Samples where `valid` is False count as 0 (the
    training mean, as channels come standardised); a channel without a valid one is attended to by none and
    no part of the mean. Levels are kept: no channel is normalised by itself.

    Source: Liu 2024 (iTransformer), arXiv 2310.06625, section 3.1, with a two-layer network instead of
    one linear layer.

    Args:
        flow: a waveform of N channels: a spectrum over time, or several curves.
        size: size of a token.
        hidden: width of the embedding's hidden layer.
        layers: number of encoder layers; 0: the channels do not see each other.
        heads: attention heads; must divide `size`.
        mlp_ratio: width of the layers' feed-forward networks over `size`.
        dropout: share dropped in training.
        out: `features` (B, size), the mean over channels, or `tokens` (B, N, size).

    >>> InvertedSpectrum(Flow("waveform", 256, length=560, rate=280.0), out="tokens").out.shape
    (256, 128)
    """

    channel_tokens = True

    def __init__(
        self,
        flow: Flow,
        size: int = 128,
        hidden: int = 256,
        layers: int = 1,
        heads: int = 4,
        mlp_ratio: float = 2.0,
        dropout: float = 0.1,
        out: Literal["features", "tokens"] = "features",
    ) -> None:
        super().__init__()
        if flow.kind != "waveform" or not flow.length:
            raise ConfigError(f"InvertedSpectrum takes a waveform of known length, not {flow.kind}")
        if layers < 0:
            raise ConfigError(f"layers is {layers}, expected 0 or more")
        self.embed = nn.Sequential(
            nn.Linear(flow.length, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, size)
        )
        width = round(size * mlp_ratio)
        self.layers = nn.ModuleList(EncoderLayer(size, heads, width, dropout) for _ in range(layers))
        self.pooled = out == "features"
        self.out = Flow.features(size) if self.pooled else Flow.tokens(flow.channels, size)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        if valid is not None:
            x = x.masked_fill(~by_channel(valid), 0.0)
        tokens, here = self.embed(x), channels_valid(valid, x.shape[1])
        for layer in self.layers:
            tokens = layer(tokens, here)
        if self.pooled:
            return masked_mean(tokens, here)
        return tokens if here is None else tokens.masked_fill(~here.unsqueeze(-1), 0.0)

    def stages(self) -> list[str]:
        return ["embed", *(f"layers.{number}" for number in range(len(self.layers)))]

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        return None if self.pooled else channels_valid(valid, self.out.length or 0)
