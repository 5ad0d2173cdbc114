"""Selection of descriptors beside SciPy's labelling, and the rules of the specification."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from weldfusion.errors import SignalError
from weldfusion.signals.descriptor_selection import (
    activation,
    descriptor_mask,
    select_descriptors,
    selection_pictures,
)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_the_largest_part_above_each_maps_mean(seed):
    rng = np.random.default_rng(seed)
    maps = rng.integers(0, 6, (3, 9, 11)).astype(np.float64) * rng.uniform(0.1, 10, (3, 1, 1))
    for one, mask in zip(maps, descriptor_mask(maps), strict=True):
        labels, _ = ndimage.label(one > one.mean(), np.ones((3, 3)))
        sizes = np.bincount(labels.ravel())[1:]
        assert mask.sum() == sizes.max()
        assert len(np.unique(labels[mask])) == 1
        assert sizes[np.unique(labels[mask])[0] - 1] == sizes.max()


def test_of_two_blobs_only_the_larger_stays_and_kept_entries_are_equal():
    features = np.zeros((2, 4, 12, 12), np.float32)
    features[:, :, 1:4, 1:4] = 5.0
    features[:, :, 6:11, 6:11] = 2.0
    kept = select_descriptors(features)
    assert kept.dtype == np.float32
    assert not kept[:, :, :5].any()
    np.testing.assert_array_equal(kept[:, :, 6:11, 6:11], features[:, :, 6:11, 6:11])
    np.testing.assert_array_equal(activation(features), features.sum(1))


def test_a_constant_map_keeps_everything_and_oblique_cells_hang_together():
    assert descriptor_mask(np.full((1, 4, 5), 3.0)).all()
    oblique = np.zeros((1, 6, 6))
    oblique[0, [1, 2, 3], [1, 2, 3]] = 1
    oblique[0, 5, 4:] = 1
    assert descriptor_mask(oblique)[0].sum() == 3


def test_pictures_show_the_mask_over_the_frame():
    maps = np.zeros((5, 7))
    maps[1:3, 2:5] = 4.0
    frame = np.full((50, 70), 9, np.uint8)
    pictures = selection_pictures(maps, frame)
    assert list(pictures) == ["activation", "above the mean", "mask", "frame", "selected"]
    assert (pictures["selected"][10:30, 20:50] == 9).all()
    assert pictures["selected"].sum() == 9 * 20 * 30


def test_unusable_maps_are_told():
    with pytest.raises(SignalError, match="after a ReLU"):
        activation(np.full((2, 3, 3), -1.0))
    with pytest.raises(SignalError, match="channels, height, width"):
        activation(np.zeros((3, 3)))
    with pytest.raises(SignalError, match="is nan"):
        descriptor_mask(np.full((1, 3, 3), np.nan))
