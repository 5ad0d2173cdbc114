"""Feature maps as features, maps or tokens."""

from dataclasses import replace
from typing import Literal

from torch import Tensor

from weldfusion.data.flow import Flow

MapsAs = Literal["features", "maps", "tokens"]


def shaped(maps: Tensor, out: MapsAs) -> Tensor:
    """Maps (B, C, H, W) as they are, their mean (B, C), or tokens (B, H·W, C) row by row.

    >>> import torch
    >>> shaped(torch.arange(4.0).view(1, 1, 2, 2), "tokens").flatten().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    if out == "features":
        return maps.mean(dim=(2, 3))
    return maps if out == "maps" else maps.flatten(2).transpose(1, 2)


def shaped_flow(maps: Flow, out: MapsAs) -> Flow:
    """The flow of what `shaped` gives.

    >>> shaped_flow(Flow("maps", 64, size=(7, 5)), "tokens").shape
    (35, 64)
    """
    height, width = maps.size or (0, 0)
    match out:
        case "features":
            return Flow.features(maps.channels)
        case "tokens":
            return Flow.tokens(height * width, maps.channels)
    return replace(maps, kind="maps", rate=None)


def patches_as_maps(tokens: Tensor, size: tuple[int, int]) -> Tensor:
    """Tokens (B, …, C), of which the last H·W are the patches of a picture row by row → (B, C, H, W).

    Tokens before them (class token, registers) are left out.
    """
    return tokens[:, -size[0] * size[1] :].transpose(1, 2).unflatten(2, size)
