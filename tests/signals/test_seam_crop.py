"""Boxes of seams against those they were drawn in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from weldfusion.data.crop import seam_addresses
from weldfusion.data.readers.find import read
from weldfusion.errors import SignalError
from weldfusion.signals.seam_crop import Box, seam_boxes


def drawn(boxes, shape=(120, 160), noise=0.0, seed=0):
    picture = np.full(shape, 60.0)
    for top, bottom, left, right in boxes:
        picture[top:bottom, left:right] = 160
    return picture + np.random.default_rng(seed).normal(0, noise, shape)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(3, 20), st.integers(12, 30), st.integers(60, 75), st.integers(12, 30),
    st.integers(5, 40), st.integers(80, 110), st.integers(0, 100),
)  # fmt: skip
def test_finds_the_boxes_in_noise_to_some_pixels(top, high, below, deep, left, wide, seed):
    boxes = [(top, top + high, left, left + wide), (below, below + deep, left + 3, left + wide - 2)]
    found = seam_boxes(drawn(boxes, noise=12, seed=seed))
    np.testing.assert_allclose(np.array(found), np.array(boxes), atol=3)


def test_dark_seams_colour_and_margin():
    boxes = [Box(10, 30, 20, 140), Box(70, 95, 25, 150)]
    picture = np.repeat(drawn(boxes)[..., None], 3, axis=2).astype(np.uint8)
    assert seam_boxes(255 - picture, bright=False) == seam_boxes(picture)
    wider = seam_boxes(picture, margin=15)
    assert wider == [Box(0, 45, 5, 155), Box(55, 110, 10, 160)]


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        ([], "0 bright"),
        ([(10, 30, 20, 140)], "1 bright"),
        ([(10, 25, 20, 140), (50, 65, 20, 140), (90, 105, 20, 140)], "3 bands"),
    ],
)
def test_refuses_what_it_cannot_tell(boxes, message):
    with pytest.raises(SignalError, match=message):
        seam_boxes(drawn(boxes))


def test_addresses_give_the_seams_the_first_upside_down(tmp_path):
    picture = drawn([(10, 30, 20, 140), (70, 95, 25, 150)], noise=5).astype(np.uint8)
    Image.fromarray(picture).save(tmp_path / "photo.png")
    first, second = seam_addresses("photo.png", seam_boxes(picture))
    np.testing.assert_array_equal(read(tmp_path / first).values[..., 0], picture[10:30, 20:140][::-1])
    np.testing.assert_array_equal(read(tmp_path / second).values[..., 0], picture[70:95, 25:150])
