"""The files of intermediate pictures hold the pixels of the pictures."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.signals.drawn_frames import ellipse
from weldfusion.report.step_pictures import STRIP, save_steps, shown, steps_strip
from weldfusion.signals.morphology import KeyholeOpening
from weldfusion.signals.pool_enhancement import PoolEnhancement


def test_each_picture_and_a_strip_are_written(tmp_path: Path) -> None:
    frame = (40 + 150 * ellipse(20, 12)).astype(np.uint8)
    pictures = KeyholeOpening(1.0).pictures(frame)
    files = save_steps(pictures, tmp_path / "steps")
    assert [file.name for file in files] == [
        "01-frame.png", "02-region-of-interest.png", "03-without-spatter.png", "04-filtered.png",
        "05-threshold.png", "06-largest-region.png", "07-outline.png", STRIP,
    ]  # fmt: skip
    np.testing.assert_array_equal(np.array(Image.open(files[0])), frame)
    np.testing.assert_array_equal(np.array(Image.open(files[5])) > 0, ellipse(20, 12))
    assert Image.open(files[6]).size == (128, 128)
    wide, high = Image.open(files[-1]).size
    assert wide > 3 * 128
    assert wide > high


def test_masks_and_deep_pictures_are_stretched_and_8_bit_ones_are_not() -> None:
    assert shown(np.array([[0, 1]], np.uint8)).tolist() == [[0, 255]]
    assert shown(np.array([[3, 9]], np.uint8)).tolist() == [[3, 9]]
    assert shown(np.array([[1000, 3000, 2000]], np.uint16)).tolist() == [[0, 255, 128]]
    assert shown(np.full((1, 2), 7.5)).tolist() == [[0, 0]]


def test_the_strip_names_every_step_and_is_the_same_again() -> None:
    frame = (40 + 150 * ellipse(20, 12)).astype(np.uint8)
    pictures = PoolEnhancement().pictures(frame)
    strip = steps_strip(pictures)
    assert all(name in strip.alt for name in pictures)
    assert strip.figure() == steps_strip(pictures).figure()
