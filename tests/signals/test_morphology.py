"""Keyhole opening: known shapes in noise, spatter, missing frames, and the simulator's true masks."""

import tracemalloc

import numpy as np
import pytest

from tests.signals.drawn_frames import ellipse, ramanujan
from weldfusion.errors import SignalError
from weldfusion.signals.frames import Region
from weldfusion.signals.morphology import KeyholeOpening
from weldfusion.signals.thresholds import Hysteresis, Level, Otsu
from weldfusion.simulate.laser.camera_truth import camera_masks
from weldfusion.simulate.laser.process import plan_laser
from weldfusion.simulate.laser.weld import simulate_weld

NAMES = [name for name, _ in KeyholeOpening(1.0).columns]


def series(opening, frames):
    return dict(zip(NAMES, opening.of_frames(frames), strict=True))


def film(turns, kind=np.uint8, bright=True, seed=0, deviation=10.0):
    """An ellipse of half axes 25 and 14 pixels, one frame for each turn."""
    rng = np.random.default_rng(seed)
    masks = np.stack([ellipse(25, 14, turn, centre=(70.4, 55.7)) for turn in turns])
    frames = 60 + 120.0 * (masks if bright else ~masks) + deviation * rng.standard_normal(masks.shape)
    frames = np.clip(frames, 0, 255)
    return (frames * (257 if kind == np.uint16 else 1)).astype(kind), masks


TURNS = [0, 20, -35, 60, 90]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("bright", [True, False])
@pytest.mark.parametrize("threshold", ["otsu", "level", "hysteresis"])
def test_a_noisy_ellipse_of_known_size(kind, bright, threshold):
    frames, _ = film(TURNS, kind, bright)
    unit = 257 if kind == np.uint16 else 1
    weak, strong = ((110, 140), (130, 100))[not bright]
    rule = {
        "otsu": Otsu(),
        "level": Level(120 * unit),
        "hysteresis": Hysteresis(weak * unit, strong * unit),
    }[threshold]
    found = series(KeyholeOpening(0.02, bright=bright, threshold=rule), frames)
    np.testing.assert_allclose(found["area"], np.pi * 25 * 14 * 0.02**2, rtol=0.04)
    np.testing.assert_allclose(found["perimeter"], ramanujan(25, 14) * 0.02, rtol=0.04)
    np.testing.assert_allclose(found["major"], 50 * 0.02, rtol=0.03)
    np.testing.assert_allclose(found["minor"], 28 * 0.02, rtol=0.03)
    np.testing.assert_allclose(found["x"], 70.4 * 0.02, atol=0.3 * 0.02)
    np.testing.assert_allclose(found["y"], 55.7 * 0.02, atol=0.3 * 0.02)
    apart = (found["orientation_deg"] - TURNS) % 180
    assert np.minimum(apart, 180 - apart).max() < 2


def test_length_and_width_follow_the_weld():
    frames, _ = film([30])
    along = series(KeyholeOpening(0.1, travel_deg=30), frames)
    assert (along["length"][0], along["width"][0]) == pytest.approx((5.0, 2.8), abs=0.15)
    across = series(KeyholeOpening(0.1, travel_deg=120), frames)
    assert (across["length"][0], across["width"][0]) == pytest.approx((2.8, 5.0), abs=0.15)
    # Bounding box of a turned ellipse: √(a² cos² + b² sin²) to each side.
    box = series(KeyholeOpening(0.1), frames)
    turn = np.radians(30)
    assert box["length"][0] == pytest.approx(0.2 * np.hypot(25 * np.cos(turn), 14 * np.sin(turn)), abs=0.15)


def test_spatter_is_removed_and_the_region_keeps_the_place():
    frames, _ = film([0, 0], deviation=0.0)
    clean = KeyholeOpening(1.0).of_frames(frames)
    rng = np.random.default_rng(3)
    spattered = frames.copy()
    for row, column in rng.integers(0, 125, (200, 2)):
        spattered[:, row : row + 3, column : column + 3] = 255
    shape = KeyholeOpening(1.0, threshold=Level(120)).of_frames(spattered)
    np.testing.assert_allclose(shape[0], clean[0], rtol=0.05)
    unfiltered = KeyholeOpening(1.0, threshold=Level(120), spatter_px=0).of_frames(spattered)
    assert unfiltered[0, 0] > 1.05 * clean[0, 0]
    part = KeyholeOpening(1.0, region=Region(30, 90, 40, 100)).of_frames(frames)
    np.testing.assert_allclose(part, clean, rtol=1e-9)


def test_frames_without_keyhole_are_nan_and_never_zero():
    rng = np.random.default_rng(0)
    frames, _ = film([0] * 6)
    frames[1] = 0
    frames[2] = 255
    frames[4] = rng.normal(60, 5, frames[4].shape)
    found = KeyholeOpening(1.0).of_frames(frames)
    assert np.isnan(found[:, [1, 2, 4]]).all()
    assert np.isfinite(found[:, [0, 3, 5]]).all()
    small = KeyholeOpening(1.0, area_mm2=(1200, 5000)).of_frames(frames)
    large = KeyholeOpening(1.0, area_mm2=(0, 1000)).of_frames(frames)
    assert np.isnan(small).all()
    assert np.isnan(large).all()
    masks = KeyholeOpening(1.0, area_mm2=(0, 1000)).masks(frames)
    assert masks.shape == frames.shape
    assert not masks.any()


def test_streamed_is_the_same_and_memory_does_not_grow():
    frames, _ = film(np.linspace(0, 180, 60))
    opening = KeyholeOpening(0.02)
    whole = opening.of_frames(frames)
    for size in (1, 7, 60):
        chunks = (frames[at : at + size] for at in range(0, 60, size))
        np.testing.assert_array_equal(opening.stream(chunks), whole)
    assert opening.stream(iter(())).shape == (9, 0)
    tracemalloc.start()
    peaks = []
    for repeats in (2, 20):
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        opening.stream(frames[:20].copy() for _ in range(repeats))
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_masks_beside_the_simulators_truth():
    plan = plan_laser(3, 6, sensors=["coaxial_camera"], weld_s=0.5)
    region = Region(24, 40, 40, 56)
    for index in range(2):
        weld = simulate_weld(plan, index)
        recording = weld.recordings["coaxial_camera"]
        times = recording.true.times(0.5)
        used = (times > 0.05) & (times < 0.49)
        truth = camera_masks(plan, weld).mouth[used]
        opening = KeyholeOpening(0.055, region, spatter_px=3)
        found = opening.masks(recording.values)[used]
        overlap = (found & truth).sum((1, 2)) / (found | truth).sum((1, 2))
        assert np.median(overlap) > 0.85
        area = opening.of_frames(recording.values)[0, used]
        assert np.nanmedian(area / (truth.sum((1, 2)) * 0.055**2)) == pytest.approx(1, abs=0.2)


def test_pictures_of_each_step_end_in_the_mask_that_is_measured():
    frames, _ = film([20])
    opening = KeyholeOpening(1.0, region=Region(10, 110, 20, 120))
    pictures = opening.pictures(frames[0])
    assert list(pictures) == [
        "frame", "region of interest", "without spatter", "filtered", "threshold", "largest region", "outline"
    ]  # fmt: skip
    assert pictures["largest region"].sum() == opening.of_frames(frames)[0, 0]
    assert pictures["outline"].shape == (128, 128, 3)
    np.testing.assert_array_equal(
        opening.masks(frames)[0, 10:110, 20:120], pictures["largest region"].astype(bool)
    )


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"mm_per_px": 0}, "mm_per_px"),
        ({"spatter_px": -1}, "spatter_px"),
        ({"median_px": 4}, "median_px: is 4, must be odd"),
        ({"area_mm2": (3, 2)}, "area_mm2"),
    ],
)
def test_wrong_settings_are_told(settings, told):
    with pytest.raises(SignalError, match=told):
        KeyholeOpening(**{"mm_per_px": 1.0, **settings})


def test_a_wide_median_needs_8_bits():
    frames, _ = film([0], np.uint16)
    with pytest.raises(SignalError, match="at most 5"):
        KeyholeOpening(1.0, median_px=7).of_frames(frames)
