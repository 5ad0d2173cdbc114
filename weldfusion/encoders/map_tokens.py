"""Feature maps as tokens for attention."""

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.maps import shaped
from weldfusion.layers.positions import Position, Positions
from weldfusion.layers.sine_position import SinePosition2d


class MapTokens(Encoder):
    """Maps (B, C, H, W) → tokens (B, H·W, C) row by row → linear layer to `size` → code of their place.

    After a backbone with `out: maps`, joined by `Chain`.

    Args:
        flow: maps.
        size: size of the tokens; null leaves the maps' channels, without a linear layer.
        position: `sine` of row and column (2-D), `learned`, or `none`.

    >>> MapTokens(Flow("maps", 512, size=(7, 7))).out.shape
    (49, 128)
    """

    def __init__(self, flow: Flow, size: int | None = 128, position: Position = "sine") -> None:
        super().__init__()
        if flow.kind != "maps" or flow.count is not None or flow.size is None:
            raise ConfigError(
                f"MapTokens takes maps of known size, not {flow.kind}; give the one before it out: maps"
            )
        if size is not None and size < 1:
            raise ConfigError(f"size is {size}, must be at least 1")
        width = flow.channels if size is None else size
        self.project = nn.Identity() if size is None else nn.Linear(flow.channels, width)
        length = flow.size[0] * flow.size[1]
        self.position = (
            SinePosition2d(flow.size, width) if position == "sine" else Positions(length, width, position)
        )
        self.out = Flow.tokens(length, width)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        return self.position(self.project(shaped(x, "tokens")))
