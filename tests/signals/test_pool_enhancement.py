"""The five steps on a drawn TIG frame, each beside its definition or another library."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.exposure import equalize_hist

from tests.signals.drawn_frames import ellipse, rectangle
from weldfusion.errors import SignalError
from weldfusion.signals.pool_enhancement import (
    PoolEnhancement,
    electrode_mask,
    gradient,
    strong_edges,
    to_8_bit,
)

POOL = {"half_length": 30, "half_width": 12, "centre": (70.0, 85.0)}


def tig(deviation=1.0, seed=0, lit=True):
    """A bright electrode from the top down to row 40, a pool around column 70, row 85."""
    rng = np.random.default_rng(seed)
    frame = 30 + 150.0 * rectangle(16, 81, centre=(64.0, 0.0)) + 90.0 * ellipse(**POOL) * lit
    return np.clip(frame + deviation * rng.standard_normal(frame.shape), 0, 255).astype(np.uint8)


def test_the_electrode_is_found_and_cut_off():
    mask = electrode_mask(tig())
    rows, columns = np.nonzero(mask)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (0, 40, 56, 72)
    assert PoolEnhancement().pictures(tig())["side of the pool"].shape == (128 - 41, 128)
    dark = electrode_mask(255 - tig(), bright=False)
    np.testing.assert_array_equal(dark, mask)


def test_gradient_as_in_scipy():
    frame = tig(5.0)
    size, direction = gradient(frame)
    across, down = (ndimage.sobel(frame.astype(float), axis, mode="nearest") for axis in (1, 0))
    np.testing.assert_allclose(size, np.hypot(across, down), rtol=1e-5, atol=1e-3)
    apart = (direction - np.degrees(np.arctan2(down, across)) + 180) % 360 - 180
    assert np.abs(apart[size > 1]).max() < 0.1


def test_edges_follow_their_definition():
    size, _ = gradient(tig(20.0))
    labels, _ = ndimage.label(size > 0.1 * size.max(), np.ones((3, 3)))
    kept = np.isin(labels, np.unique(labels[size > 0.3 * size.max()])) & (labels > 0)
    np.testing.assert_array_equal(strong_edges(size).astype(bool), kept)


@pytest.mark.parametrize("margin", [0.0, 0.05, 0.2])
def test_the_crop_is_the_pool_and_a_margin(margin):
    pool = PoolEnhancement(margin=margin).pictures(tig())["pool"]
    # The edge is as wide as Sobel's kernel: one pixel more on each side of the ellipse.
    height, width = 2 * 12 + 1 + 2, 2 * 30 + 1 + 2
    assert pool.shape[0] == pytest.approx(height * (1 + 2 * margin), abs=2)
    assert pool.shape[1] == pytest.approx(width * (1 + 2 * margin), abs=2)
    assert pool[pool.shape[0] // 2, pool.shape[1] // 2] > 100


def test_equalised_as_in_scikit_image():
    pictures = PoolEnhancement().pictures(tig(15.0))
    pool, equal = pictures["pool"], pictures["equalised"].astype(float) / 255
    share = equalize_hist(pool, nbins=256)
    first = share[pool == pool.min()][0]
    # OpenCV takes the darkest value to 0.
    np.testing.assert_allclose(equal, (share - first) / (1 - first), atol=0.02)


def test_the_result_is_the_edges_of_the_equalised_pool():
    step = PoolEnhancement(size=(60, 90))
    found = step.of_frames(np.stack([tig(), tig(3.0, 1)]))
    assert (found.shape, found.dtype) == ((2, 60, 90), np.uint8)
    np.testing.assert_array_equal(found[0], step.pictures(tig())["enhanced"])
    assert found[0].max() > 60
    streamed = np.concatenate(list(step.stream([tig()[None], tig(3.0, 1)[None]])))
    np.testing.assert_array_equal(streamed, found)


def test_a_pool_above_the_electrode_is_the_frame_upside_down():
    below, above = PoolEnhancement(), PoolEnhancement(pool_side="above")
    np.testing.assert_array_equal(above.of_frames(tig()[::-1])[0], below.of_frames(tig())[0, ::-1])


def test_deep_frames_are_stretched():
    deep = tig().astype(np.uint16) * 100 + 5
    spread = to_8_bit(deep)
    assert (spread.min(), spread.max()) == (0, 255)
    found = PoolEnhancement().of_frames(np.stack([deep, deep // 2]))
    assert np.abs(found[0].astype(int) - PoolEnhancement().of_frames(tig())[0]).mean() < 6


@pytest.mark.parametrize(
    "frame", [np.zeros((64, 64)), np.full((64, 64), 9, np.uint8), tig(lit=False), np.eye(8)]
)
def test_frames_without_electrode_or_pool_still_give_a_picture(frame):
    found = PoolEnhancement().of_frames(frame)
    assert (found.shape, found.dtype) == ((1, 224, 224), np.uint8)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"size": (0, 5)}, "size"),
        ({"pool_side": "left"}, "valid: above, below"),
        ({"weak": 0.5}, "weak <= strong"),
        ({"margin": -0.1}, "margin"),
    ],
)
def test_wrong_settings_are_told(settings, told):
    with pytest.raises(SignalError, match=told):
        PoolEnhancement(**settings)


def test_tiny_frames_are_told():
    with pytest.raises(SignalError, match="8 a side"):
        PoolEnhancement().of_frames(np.zeros((2, 4, 30)))
