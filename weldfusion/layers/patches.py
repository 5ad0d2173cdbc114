"""Pixels of equal place in their patch, as sequences: the unfolding of MobileViT."""

from torch import Tensor


def unfold_patches(maps: Tensor, patch: int) -> Tensor:
    """(B, C, H, W) → (B · patch², N, C): for each place inside a patch, its pixel of all N patches.

    H and W are multiples of `patch`. Source: MobileViT, arXiv 2110.02178, section 3.1.

    >>> import torch
    >>> unfold_patches(torch.arange(8.0).view(1, 1, 2, 4), 2).squeeze(2).tolist()
    [[0.0, 2.0], [1.0, 3.0], [4.0, 6.0], [5.0, 7.0]]
    """
    batch, channels, height, width = maps.shape
    grid = maps.view(batch, channels, height // patch, patch, width // patch, patch)
    return grid.permute(0, 3, 5, 2, 4, 1).reshape(batch * patch**2, -1, channels)


def fold_patches(sequences: Tensor, patch: int, size: tuple[int, int]) -> Tensor:
    """The maps (B, C, *size) that `unfold_patches` made sequences of."""
    rows, columns = size[0] // patch, size[1] // patch
    grid = sequences.view(-1, patch, patch, rows, columns, sequences.shape[-1])
    return grid.permute(0, 5, 3, 1, 4, 2).reshape(len(grid), -1, *size)
