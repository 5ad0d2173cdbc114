"""Measures of regions beside scikit-image, and beside ellipses and rectangles of known size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label
from skimage.measure import perimeter_crofton, regionprops

from tests.signals.drawn_frames import ellipse, ramanujan, rectangle
from weldfusion.signals.regions import largest_region, region_mask, shape_of


def measured(mask, travel_deg=0.0):
    region, corner = largest_region(mask.astype(np.uint8))
    return shape_of(region, corner, travel_deg)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.2, 0.7))
def test_random_regions_as_scikit_image(seed, share):
    mask = np.random.default_rng(seed).random((24, 31)) < share
    labels, count = label(mask, np.ones((3, 3)))
    if count == 0:
        assert largest_region(mask.astype(np.uint8)) is None
        return
    sizes = np.bincount(labels.ravel())[1:]
    kept = labels == 1 + sizes.argmax()
    if (sizes == sizes.max()).sum() == 1:
        np.testing.assert_array_equal(region_mask(mask.astype(np.uint8)).astype(bool), kept)
    region, corner = largest_region(kept.astype(np.uint8))
    shape, (peer,) = shape_of(region, corner), regionprops(kept.astype(int))
    assert shape.area == peer.area
    np.testing.assert_allclose((shape.y, shape.x), peer.centroid)
    np.testing.assert_allclose(shape.major, peer.axis_major_length, rtol=1e-9)
    np.testing.assert_allclose(shape.minor, peer.axis_minor_length, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(shape.perimeter, perimeter_crofton(kept, directions=4))
    top, left, bottom, right = peer.bbox
    assert (shape.length, shape.width) == (right - left, bottom - top)
    if np.isfinite(shape.orientation_deg) and shape.major > 1.01 * shape.minor:
        # scikit-image counts from the rows' axis.
        apart = (shape.orientation_deg - (90 - np.degrees(peer.orientation))) % 180
        assert min(apart, 180 - apart) < 1e-4


@pytest.mark.parametrize("turn", [-80, -45, -30, 0, 10, 22.5, 45, 67, 90])
@pytest.mark.parametrize("halves", [(30, 30), (40, 25), (22, 9), (12, 7)])
def test_ellipses_of_known_size(turn, halves):
    half_length, half_width = halves
    shape = measured(ellipse(half_length, half_width, turn, centre=(60.3, 66.8)), travel_deg=turn)
    area = np.pi * half_length * half_width
    assert shape.area == pytest.approx(area, rel=0.015)
    assert shape.perimeter == pytest.approx(ramanujan(half_length, half_width), rel=0.02)
    assert (shape.major, shape.minor) == pytest.approx((2 * half_length, 2 * half_width), rel=0.015)
    assert (shape.length, shape.width) == pytest.approx((2 * half_length, 2 * half_width), abs=1.3)
    assert (shape.x, shape.y) == pytest.approx((60.3, 66.8), abs=0.15)
    if half_length > half_width:
        apart = (shape.orientation_deg - turn) % 180
        assert min(apart, 180 - apart) < 1.5
        assert -90 < shape.orientation_deg <= 90


@pytest.mark.parametrize("turn", [0, 20, 45, 90, 130])
def test_rectangles_of_known_size(turn):
    shape = measured(rectangle(60, 24, turn, centre=(63.2, 62.9)), travel_deg=turn)
    assert shape.area == pytest.approx(60 * 24, rel=0.03)
    # Four directions see an outline of straight pieces 6 % short (upright) to 3 % long (22.5 degrees).
    assert -0.06 < shape.perimeter / (2 * (60 + 24)) - 1 < 0.03
    assert (shape.length, shape.width) == pytest.approx((60, 24), abs=1.3)
    # Rectangle: variance L²/12, so the ellipse of equal moments has the axis 4 L/√12.
    assert (shape.major, shape.minor) == pytest.approx((4 * 60 / 12**0.5, 4 * 24 / 12**0.5), rel=0.015)


def test_a_region_without_longer_axis_has_no_orientation():
    assert np.isnan(measured(np.ones((4, 4))).orientation_deg)
    assert np.isnan(measured(np.eye(1)).orientation_deg)
    assert measured(np.ones((1, 9))).orientation_deg == 0
    assert measured(np.ones((9, 1))).orientation_deg == 90


def test_a_picture_of_many_parts():
    mask = np.zeros((700, 700), np.uint8)
    mask[::2, ::2] = 1
    mask[301, 301] = mask[301, 300] = 1
    assert largest_region(mask)[0].sum() == 6
