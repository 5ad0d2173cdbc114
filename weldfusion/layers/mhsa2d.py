"""Multi-head self-attention among the pixels of maps, with relative positions."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.errors import ConfigError


def relative_logits(query: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """q_i · (c_{xj − xi + W − 1} + r_{yj − yi + H − 1}) for all pixels i, j row by row.

    Args:
        query: (B, heads, H, W, D).
        rows: r, (2H − 1, D): one vector for each difference of rows.
        columns: c, (2W − 1, D).

    Gives (B, heads, H·W, H·W). Source: Bottleneck Transformers, arXiv 2101.11605, figure 4.
    """
    height, width = query.shape[2:4]
    along_y = torch.einsum("bhyxd,yvd->bhyxv", query, rows[_differences(height, rows.device)])
    along_x = torch.einsum("bhyxd,xud->bhyxu", query, columns[_differences(width, columns.device)])
    return (along_y.unsqueeze(5) + along_x.unsqueeze(4)).flatten(4, 5).flatten(2, 3)


def _differences(length: int, device: torch.device) -> Tensor:
    """(length, length): j − i + length − 1."""
    place = torch.arange(length, device=device)
    return place - place.unsqueeze(1) + length - 1


def resized_table(table: Tensor, length: int) -> Tensor:
    """Vectors (2L − 1, D) of differences, for maps of another length: linear between, equal at both ends."""
    if len(table) == 2 * length - 1:
        return table
    wanted = F.interpolate(table.T.unsqueeze(0), size=2 * length - 1, mode="linear", align_corners=True)
    return wanted.squeeze(0).T


class MHSA2d(nn.Module):
    """softmax(s·q_i·k_j + s·q_i·(c_{xj − xi} + r_{yj − yi})) v, s = 1/√D, in the place of a convolution.

    q, k, v are 1×1 convolutions without bias; the vectors r, c are shared by the heads. No output layer.

    Source: Bottleneck Transformers, arXiv 2101.11605, section 3 (relative positions, all with the scaled q).

    Args:
        channels: channels in and out.
        size: height and width of the maps; at other sizes the vectors of the positions are interpolated.
        heads: attention heads; must divide the channels.

    >>> sum(weight.numel() for weight in MHSA2d(512, size=(14, 14)).parameters())
    793344
    """

    def __init__(self, channels: int, size: tuple[int, int], heads: int = 4) -> None:
        super().__init__()
        if heads < 1 or channels % heads:
            raise ConfigError(f"heads is {heads}, which does not divide the {channels} channels of the maps")
        self.heads, self.scale = heads, (channels // heads) ** -0.5
        self.query, self.key, self.value = (nn.Conv2d(channels, channels, 1, bias=False) for _ in range(3))
        self.rows, self.columns = (
            nn.Parameter(torch.randn(2 * length - 1, channels // heads) * self.scale) for length in size
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) → the same shape."""
        value = self._split(self.value(x)).flatten(2, 3)
        found = self.attention(x) @ value
        return found.transpose(2, 3).reshape(x.shape)

    def attention(self, x: Tensor) -> Tensor:
        """Weights (B, heads, H·W, H·W) of maps (B, C, H, W): how much each pixel takes from each other."""
        height, width = x.shape[2:]
        query, key = self._split(self.query(x)) * self.scale, self._split(self.key(x))
        content = query.flatten(2, 3) @ key.flatten(2, 3).transpose(2, 3)
        rows, columns = resized_table(self.rows, height), resized_table(self.columns, width)
        place = relative_logits(query, rows.to(query.dtype), columns.to(query.dtype))
        return (content + place).softmax(dim=-1)

    def _split(self, maps: Tensor) -> Tensor:
        """(B, heads · D, H, W) → (B, heads, H, W, D)."""
        return maps.unflatten(1, (self.heads, -1)).permute(0, 1, 3, 4, 2)
