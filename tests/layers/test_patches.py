"""Unfolding of MobileViT: its pixels by hand, and back."""

import pytest
import torch

from weldfusion.layers.patches import fold_patches, unfold_patches


@pytest.mark.parametrize(("patch", "size"), [(2, (6, 4)), (2, (2, 2)), (3, (3, 9)), (1, (2, 3))])
def test_folding_brings_back_what_was_unfolded(patch, size):
    maps = torch.randn(3, 5, *size)
    assert torch.equal(fold_patches(unfold_patches(maps, patch), patch, size), maps)


def test_a_sequence_holds_the_pixels_of_one_place_in_every_patch():
    maps = torch.randn(2, 3, 4, 6)
    sequences = unfold_patches(maps, 2).view(2, 2, 2, 6, 3)
    for row in range(2):
        for column in range(2):
            pixels = maps[:, :, row::2, column::2].flatten(2).transpose(1, 2)
            assert torch.equal(sequences[:, row, column], pixels)
