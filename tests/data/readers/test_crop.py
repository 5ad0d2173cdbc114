"""Parts of pictures by address, against numpy's own slices."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from weldfusion.data.crop import Crop
from weldfusion.data.readers.find import probe, read
from weldfusion.errors import ReadError


@pytest.fixture
def picture(tmp_path):
    pixels = np.random.default_rng(3).integers(0, 256, (12, 20, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    return tmp_path / "photo.png", pixels


def test_rows_and_columns_of_the_address(picture):
    path, pixels = picture
    for inner, expected in {
        "/0:6,0:20": pixels[:6],
        "/6:12,4:20": pixels[6:, 4:],
        "6:,:5": pixels[6:, :5],
        "/0:6,3:9,mirrored": pixels[5::-1, 3:9],
    }.items():
        address = Path(f"{path}::{inner}")
        np.testing.assert_array_equal(read(address).values, expected)
        assert probe(address).shape == expected.shape


def test_the_option_crops_every_picture(picture):
    path, pixels = picture
    np.testing.assert_array_equal(read(path, {"crop": "2:4,1:3"}).values, pixels[2:4, 1:3])


def test_crop_of_a_picture_that_the_camera_turned(tmp_path):
    pixels = np.arange(8 * 12, dtype=np.uint8).reshape(8, 12)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise
    Image.fromarray(pixels).save(tmp_path / "turned.png", exif=exif)
    address = Path(f"{tmp_path}/turned.png::/0:3,0:8")
    expected = np.rot90(pixels, -1)[:3, :, None]
    np.testing.assert_array_equal(read(address).values, expected)
    assert probe(address).shape == expected.shape


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        ("/0:13,0:20", "12 rows and 20 columns"),
        ("/0:12,20:", "12 rows and 20 columns"),
        ("/6:6,0:20", "12 rows and 20 columns"),
        ("/seam1", "TOP:BOTTOM,LEFT:RIGHT"),
        ("/0:6,0:20,turned", "TOP:BOTTOM,LEFT:RIGHT"),
        ("/-1:6,0:20", "TOP:BOTTOM,LEFT:RIGHT"),
    ],
)
def test_one_line_where_the_part_is_not_there(picture, inner, message):
    path, _ = picture
    for function in (read, probe):
        with pytest.raises(ReadError, match=message) as problem:
            function(Path(f"{path}::{inner}"))
        assert "\n" not in str(problem.value)
        assert "photo.png" in str(problem.value)


edges = st.integers(0, 30) | st.none()


@given(st.integers(0, 30), edges, st.integers(0, 30), edges, st.booleans())
def test_text_and_part_agree(top, bottom, left, right, mirrored):
    crop = Crop(top, bottom, left, right, mirrored)
    assert Crop.parse(str(crop)) == crop
    pixels = np.arange(24 * 18).reshape(24, 18)
    inside = max(bottom or 0, 0) <= 24 and (right or 0) <= 18
    expected = pixels[top:bottom, left:right]
    if inside and expected.size:
        np.testing.assert_array_equal(crop.of(pixels), expected[::-1] if mirrored else expected)
    else:
        with pytest.raises(ValueError, match="24 rows and 18 columns"):
            crop.of(pixels)
