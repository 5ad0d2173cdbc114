"""A trunk that brings features to a given size."""

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.masked import masked_mean


class Projection(Encoder):
    """Linear → BatchNorm: features of all modalities of one size, as penalties and additions need.

    Args:
        flow: features (B, D), or tokens (B, L, D), of which the mean over the valid ones is taken.
        size: size of the features given out.

    >>> Projection(Flow.features(512), size=128).out.channels
    128
    """

    def __init__(self, flow: Flow, size: int = 128) -> None:
        super().__init__()
        if flow.kind not in ("features", "tokens"):
            raise ConfigError(f"Projection takes features or tokens, not {flow.kind}")
        if size < 1:
            raise ConfigError(f"size is {size}, expected at least 1")
        self.linear = nn.Linear(flow.channels, size, bias=False)
        self.norm = nn.BatchNorm1d(size)
        self.of_tokens = flow.kind == "tokens"
        self.out = Flow.features(size)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        features = self.linear(masked_mean(x, valid) if self.of_tokens else x)
        found: Tensor = self.norm(features)
        return found
