"""Isotherms of known shape, and beside scikit-image; statistics beside SciPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats
from skimage.measure import find_contours

from tests.signals.drawn_frames import turned
from weldfusion.errors import SignalError
from weldfusion.signals.frames import Region
from weldfusion.signals.thermal import ISOTHERM, ThermalFrames, isotherm, temperature_statistics

NAMES = [name for name, _ in ISOTHERM]
AMBIENT, RISE = 300.0, 1700.0


def gaussian(sd_along, sd_across, turn_deg=0.0, centre=(47.3, 30.8), size=(64, 96)):
    """T_0 + ΔT exp(-(s²/σ₁² + n²/σ₂²)/2); the isotherm at T has the half axes σ √(2 ln(ΔT/(T - T_0)))."""
    along, across = turned(turn_deg, centre, size)
    return AMBIENT + RISE * np.exp(-((along / sd_along) ** 2 + (across / sd_across) ** 2) / 2)


@pytest.mark.parametrize("turn", [0, 25, 90, -60])
@pytest.mark.parametrize("level", [700.0, 1200.0])
def test_ellipses_of_a_gaussian_field(turn, level):
    reach = np.sqrt(2 * np.log(RISE / (level - AMBIENT)))
    found = dict(zip(NAMES, isotherm(gaussian(12, 7, turn), level, turn), strict=True))
    assert found["area"] == pytest.approx(np.pi * 12 * 7 * reach**2, rel=0.01)
    assert found["length"] == pytest.approx(2 * 12 * reach, rel=0.01)
    assert found["width"] == pytest.approx(2 * 7 * reach, rel=0.01)
    assert found["behind"] == pytest.approx(12 * reach, abs=0.6)
    assert (found["x"], found["y"]) == pytest.approx((47.3, 30.8), abs=0.2)


def rosenthal(speed=0.01, pixel_m=1e-4):
    """Temperature of a moving point source on a thick plate (Rosenthal 1946), weld to the right."""
    along, across = turned(0, (100.0, 40.5), (82, 130))
    along, across = along * pixel_m, across * pixel_m
    distance = np.maximum(np.hypot(along, across), 0.2e-3)
    conductivity, diffusivity, power = 30.0, 8e-6, 400.0
    return AMBIENT + power / (2 * np.pi * conductivity * distance) * np.exp(
        -speed * (distance + along) / (2 * diffusivity)
    )


def test_the_pool_of_a_moving_point_source():
    """On the centre line behind the source T - T_0 = q/(2πk d) exactly; the level is reached at d."""
    series = ThermalFrames(0.1, levels=[900.0])
    found = dict(zip([n for n, _ in series.columns], series.of_frames(rosenthal())[:, 0], strict=True))
    behind_mm = 1e3 * 400.0 / (2 * np.pi * 30.0 * 600.0)
    assert found["behind@900"] == pytest.approx(behind_mm, abs=0.25)
    assert found["length@900"] > found["behind@900"]
    assert found["x@900"] < found["hottest_x"]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_area_and_extent_as_the_contours_of_scikit_image(seed):
    rng = np.random.default_rng(seed)
    field = np.pad(ndimage.gaussian_filter(rng.standard_normal((28, 36)), 3), 4, constant_values=-1.0)
    level = float(np.quantile(field[4:-4, 4:-4], 0.8))
    found = dict(zip(NAMES, isotherm(field.astype(np.float32), level), strict=True))
    labels, _ = ndimage.label(field.astype(np.float32) > level, np.ones((3, 3)))
    largest = 1 + np.bincount(labels.ravel())[1:].argmax()
    only = np.where((labels == largest) | (labels == 0), field, level - 1)
    lines = find_contours(only.astype(np.float32), level, fully_connected="high")
    lines = [line for line in lines if len(line) > 3]
    y, x = np.concatenate(lines).T
    area = sum(0.5 * np.sum(l[:-1, 0] * l[1:, 1] - l[1:, 0] * l[:-1, 1]) for l in lines)  # noqa: E741
    assert found["area"] == pytest.approx(abs(area), rel=1e-4)
    assert (found["length"], found["width"]) == pytest.approx((np.ptp(x), np.ptp(y)), abs=1e-4)


def test_an_isotherm_that_is_not_closed_or_not_reached_is_nan():
    field = gaussian(12, 7)
    assert np.isnan(isotherm(field, 2500.0)).all()
    assert np.isnan(isotherm(field, 290.0)).all()
    series = ThermalFrames(1.0, levels=[700.0], region=Region(right=50))
    assert np.isnan(series.of_frames(field)[-len(ISOTHERM) :]).all()
    assert np.isfinite(series.of_frames(field)[: -len(ISOTHERM)]).all()


def test_statistics_as_in_scipy():
    frames = np.random.default_rng(0).normal(900, 50, (3, 8, 12)).astype(np.float32)
    found = temperature_statistics(frames, 0.5)
    flat = frames.reshape(3, -1)
    for name, peer in {
        "mean": stats.describe(flat, axis=1).mean,
        "sd": np.sqrt(stats.describe(flat, axis=1, ddof=0).variance),
        "min": ndimage.minimum(frames, np.arange(3)[:, None, None] * np.ones((1, 8, 12)), np.arange(3)),
        "q50": np.median(flat, axis=1),
        "q95": stats.scoreatpercentile(flat, 95, axis=1),
    }.items():
        np.testing.assert_allclose(found[name], peer, rtol=1e-5)
    for number, frame in enumerate(frames):
        row, column = ndimage.maximum_position(frame)
        assert (found["hottest_x"][number], found["hottest_y"][number]) == (column * 0.5, row * 0.5)
    slope = np.add.outer(np.arange(6) * 3.0, np.arange(7) * 4.0)[None]
    assert temperature_statistics(slope, 0.5)["gradient_max"] == pytest.approx(10.0)


def test_places_count_from_the_frame_and_chunks_change_nothing():
    frames = np.stack([gaussian(9, 5, turn) for turn in (0, 30, 60, 90)]).astype(np.float16)
    whole = ThermalFrames(0.15, levels=[700.0, 1200.0])
    part = ThermalFrames(0.15, levels=[700.0, 1200.0], region=Region(4, 60, 6, 90))
    rows = {name: number for number, (name, _) in enumerate(whole.columns)}
    for name in ("hottest_x", "hottest_y", "x@700", "y@1200", "area@700"):
        np.testing.assert_allclose(
            part.of_frames(frames)[rows[name]], whole.of_frames(frames)[rows[name]], rtol=1e-6
        )
    streamed = whole.stream(frames[at : at + 3] for at in (0, 3))
    np.testing.assert_array_equal(streamed, whole.of_frames(frames))
    assert len(whole.columns) == len(streamed) == len(set(rows))


def test_a_hot_pixel_does_not_count_after_the_median_filter():
    field = gaussian(12, 7).astype(np.float32)
    spoilt = field.copy()
    spoilt[3, 90] = 9000.0
    rows = {name: number for number, (name, _) in enumerate(ThermalFrames(1.0).columns)}
    raw, clean = (ThermalFrames(1.0, median_px=px).of_frames(spoilt)[:, 0] for px in (0, 3))
    assert (raw[rows["max"]], raw[rows["hottest_x"]], raw[rows["hottest_y"]]) == (9000, 90, 3)
    assert clean[rows["max"]] == pytest.approx(field.max(), rel=0.02)
    assert (clean[rows["hottest_x"]], clean[rows["hottest_y"]]) == pytest.approx((47, 31), abs=1)


def test_pictures_and_wrong_settings():
    pictures = ThermalFrames(1.0, levels=[700.0]).pictures(gaussian(12, 7))
    assert list(pictures) == ["frame", "region of interest", "hotter than 700", "isotherm 700"]
    with pytest.raises(SignalError, match="levels"):
        ThermalFrames(1.0, levels=[float("nan")])
    with pytest.raises(SignalError, match="mm_per_px"):
        ThermalFrames(-1.0)
