"""Code of the place of a token in a picture, from sines of its row and column."""

import torch
from torch import Tensor, nn

from weldfusion.errors import ConfigError
from weldfusion.layers.positions import sine_positions


class SinePosition2d(nn.Module):
    """Adds to each token (B, H·W, C) of a picture, row by row, half a code of its row, half of its column.

    Source: Carion et al. 2020, arXiv 2005.12872 (rows and columns in pixels of the map, from 0).

    Args:
        size: height and width of the map.
        channels: size of the tokens, a multiple of 4.
    """

    code: Tensor

    def __init__(self, size: tuple[int, int], channels: int) -> None:
        super().__init__()
        if channels % 4:
            raise ConfigError(
                f"a sine code of rows and columns needs a multiple of 4 channels, not {channels}"
            )
        rows, columns = (sine_positions(length, channels // 2) for length in size)
        row = rows.unsqueeze(1).expand(-1, size[1], -1)
        column = columns.unsqueeze(0).expand(size[0], -1, -1)
        self.register_buffer("code", torch.cat([row, column], dim=2).flatten(0, 1), persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens + self.code.to(tokens.dtype)
