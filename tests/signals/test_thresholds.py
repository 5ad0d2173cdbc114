"""Thresholds beside scikit-image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.filters import apply_hysteresis_threshold, threshold_otsu

from tests.signals.drawn_frames import ellipse
from weldfusion.errors import SignalError
from weldfusion.signals.thresholds import Hysteresis, Level, Otsu, otsu_level


def noisy(kind, seed=0, contrast=60.0, deviation=8.0):
    rng = np.random.default_rng(seed)
    picture = 80 + contrast * ellipse(30, 18, 25) + deviation * rng.standard_normal((128, 128))
    return picture.astype(kind) if kind != np.uint16 else (picture * 200).astype(kind)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("seed", range(3))
def test_otsu_level_parts_pixels_as_scikit_image(kind, seed):
    picture = noisy(kind, seed)
    unlike = (picture > otsu_level(picture)) != (picture > threshold_otsu(picture))
    # In float32 we part between two bins, scikit-image in the middle of one.
    assert unlike.sum() <= (3 if kind == np.float32 else 0)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_otsu_level_has_the_least_variance_within(seed):
    rng = np.random.default_rng(seed)
    picture = rng.choice(rng.integers(0, 256, 12), (9, 11)).astype(np.uint8)
    level = otsu_level(picture)
    values = np.unique(picture)
    if len(values) == 1:
        assert level is None
        return

    def within(cut):
        above, below = picture[picture > cut].astype(float), picture[picture <= cut].astype(float)
        return above.size * above.var() + below.size * below.var()

    assert within(level) <= min(within(cut) for cut in values[:-1]) * (1 + 1e-6) + 1e-9


def test_otsu_finds_nothing_in_noise_a_slope_or_one_value():
    rng = np.random.default_rng(1)
    slope = np.tile(np.arange(128, dtype=np.float32), (64, 1))
    for picture in (rng.normal(100, 5, (128, 128)).astype(np.float32), slope, np.full((9, 9), 7, np.uint8)):
        assert not Otsu().mask(picture).any()
    assert Otsu(contrast=0).mask(slope).sum() == 64 * 64
    picture = noisy(np.uint8, contrast=60)
    assert Otsu(step=50).mask(picture).any()
    assert not Otsu(step=70).mask(picture).any()


def test_dark_objects_are_found_as_bright_ones():
    picture = noisy(np.uint8)
    for bright, dark in [
        (Otsu(), Otsu()),
        (Level(120), Level(255 - 120)),
        (Hysteresis(110, 140), Hysteresis(255 - 110, 255 - 140)),
    ]:
        np.testing.assert_array_equal(bright.mask(picture), dark.mask(255 - picture, bright=False))


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_hysteresis_as_scikit_image(kind):
    picture = noisy(kind, deviation=25.0)
    weak, strong = np.percentile(picture, [80, 97])
    expected = np.array(
        [apply_hysteresis_threshold(np.pad(picture, 1, mode="edge"), weak, strong)[1:-1, 1:-1]]
    )[0]
    found = Hysteresis(weak, strong).mask(picture)
    # scikit-image joins along rows and columns only; oblique neighbours count here too.
    assert (found >= expected).all()
    from scipy.ndimage import label

    labels, _ = label(picture > weak, np.ones((3, 3)))
    kept = np.isin(labels, np.unique(labels[picture > strong])) & (labels > 0)
    np.testing.assert_array_equal(found.astype(bool), kept)


def test_wrong_settings_are_told():
    with pytest.raises(SignalError, match="contrast: is -1"):
        Otsu(-1)
    with pytest.raises(SignalError, match="step: is nan"):
        Otsu(step=float("nan"))
    with pytest.raises(SignalError, match="must be above weak"):
        Hysteresis(9, 5).mask(np.zeros((2, 2), np.uint8))
    with pytest.raises(SignalError, match="must be below weak"):
        Hysteresis(5, 9).mask(np.zeros((2, 2), np.uint8), bright=False)
