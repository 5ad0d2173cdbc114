"""Images moved sideways and up or down."""

from collections.abc import Sequence

import torch
from torch import Tensor

from weldfusion.data.ranges import check_share
from weldfusion.training.augment.augmentation import Augmentation, only_images


class Move(Augmentation):
    """Images moved by whole pixels, up to a share of each side in either direction; what comes in at an edge
    is the mirror image of what lies beside it. All images of a set or sequence move together.

    Other than `Zoom` it leaves the scale of a texture as it is.

    Args:
        most: largest way as a share of the side.

    Raises ConfigError where it is no share.
    """

    def __init__(self, most: float = 0.2) -> None:
        check_share("most", most)
        self.most = most

    def numbers(self, shape: Sequence[int]) -> int:
        only_images("Move", shape)
        return 2

    def __call__(self, x: Tensor, random: Tensor) -> Tensor:
        flat = x.reshape(len(x), -1, *x.shape[-2:])
        rows, columns = (
            self._places(side, drawn) for side, drawn in zip(x.shape[-2:], random.T, strict=True)
        )
        samples = torch.arange(len(x), device=x.device)
        moved = flat[samples[:, None, None], :, rows[:, :, None], columns[:, None, :]]
        return moved.movedim(-1, 1).reshape(x.shape)

    def _places(self, side: int, drawn: Tensor) -> Tensor:
        """int64 (B, side): the pixel along one side that each pixel is taken from; `drawn` (B,) in [0, 1)."""
        furthest = min(round(self.most * side), side - 1)
        way = torch.floor(drawn * (2 * furthest + 1)).long() - furthest
        place = (torch.arange(side, device=drawn.device) + way[:, None]).abs()
        return torch.where(place < side, place, 2 * (side - 1) - place)
