"""What is taken as frames, and what is refused in one line."""

import cv2
import numpy as np
import pytest

from weldfusion.errors import SignalError
from weldfusion.signals.descriptor_selection import descriptor_mask
from weldfusion.signals.frames import Region, check_frame, check_frames, check_scale
from weldfusion.signals.morphology import KeyholeOpening
from weldfusion.signals.pool_enhancement import PoolEnhancement
from weldfusion.signals.thermal import ThermalFrames


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (np.uint8, np.uint8),
        (np.uint16, np.uint16),
        (np.float32, np.float32),
        (np.float16, np.float32),
        (np.float64, np.float32),
        (np.int32, np.float32),
        (bool, np.uint8),
    ],
)
def test_values_stay_and_the_type_is_one_that_opencv_takes(given, taken):
    frames = np.arange(24).reshape(2, 3, 4).astype(given)
    checked = check_frames(frames)
    assert checked.dtype == taken
    np.testing.assert_array_equal(checked, frames)


def test_colour_becomes_luma_as_in_opencv():
    colour = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3)).astype(np.uint8)
    expected = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in colour])
    assert np.abs(check_frames(colour).astype(int) - expected).max() <= 1
    np.testing.assert_array_equal(check_frames(colour[..., :1]), colour[..., 0])
    transparent = np.concatenate([colour, colour[..., :1]], axis=3)
    np.testing.assert_array_equal(check_frames(transparent), check_frames(colour))


@pytest.mark.parametrize(
    ("frames", "told"),
    [
        (np.zeros(5), r"shape \(5,\)"),
        (np.zeros((2, 3, 4, 5)), r"shape \(2, 3, 4, 5\)"),
        (np.zeros((2, 0, 4)), "0 x 4 pixels"),
        (np.full((1, 2, 2), np.nan), r"frames\[0, 0, 0\] is nan"),
        (np.array([[[1.0, np.inf]]]), r"frames\[0, 0, 1\] is inf"),
        (np.array([[["a"]]]), "real numbers"),
        (np.zeros((1, 2, 2), complex), "real numbers"),
    ],
)
def test_unusable_frames_are_told(frames, told):
    with pytest.raises(SignalError, match=told):
        check_frames(frames)


def test_one_frame_may_be_grey_or_coloured():
    colour = np.random.default_rng(0).integers(0, 256, (9, 3, 3)).astype(np.uint8)
    np.testing.assert_array_equal(check_frame(colour), check_frames(colour[None])[0])
    np.testing.assert_array_equal(check_frame(colour[..., 0]), colour[..., 0])
    for shape in [(2, 9, 9), (9,), (1, 9, 9, 3)]:
        with pytest.raises(SignalError, match="needed is"):
            check_frame(np.zeros(shape))


def test_no_frames_give_no_numbers():
    none = np.zeros((0, 32, 32), np.uint8)
    assert KeyholeOpening(1.0).of_frames(none).shape == (9, 0)
    thermal = ThermalFrames(1.0, levels=[5.0, 6.0])
    assert thermal.of_frames(none).shape == (len(thermal.columns), 0)
    assert PoolEnhancement().of_frames(none).shape == (0, 224, 224)
    assert descriptor_mask(none).shape == (0, 32, 32)


def test_a_region_outside_of_the_frame_is_told():
    frames = np.zeros((1, 8, 6))
    assert Region(2, 5, 1, 4).of(frames).shape == (1, 3, 3)
    for region, told in [
        (Region(bottom=9), "bottom is 9, the frames are 8 x 6"),
        (Region(right=7), "right is 7"),
        (Region(left=6), "column 6"),
    ]:
        with pytest.raises(SignalError, match=told):
            region.of(frames)
    with pytest.raises(SignalError, match="0 <= top < bottom"):
        Region(top=4, bottom=4)
    with pytest.raises(SignalError, match="0 <= left < right"):
        Region(left=-1)


@pytest.mark.parametrize("scale", [0, -1.0, np.nan, np.inf])
def test_a_scale_is_a_length(scale):
    with pytest.raises(SignalError, match="mm_per_px"):
        check_scale(scale)
