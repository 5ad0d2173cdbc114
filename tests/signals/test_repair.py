"""Repair of readings, against plain loops; simulated OCT readings against the depth that was put in."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.errors import SignalError
from weldfusion.signals.repair import RepairOutliers, UpperTrack, repaired, upper_track
from weldfusion.simulate.laser.sensors.oct import outcomes


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([3, 5, 11]))
def test_hampel_and_percentile_by_loops(seed: int, window: int):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=40) + 8 * (rng.random(40) < 0.1)
    values[rng.random(40) < 0.2] = np.nan
    values[0] = 1.0
    found, track = repaired(values, window), upper_track(values, window, 80, fewest=1)
    for i in range(40):
        around = values[max(0, i - window // 2) : i + window // 2 + 1]
        around = around[~np.isnan(around)]
        assert track.missing[i] == (len(around) == 0)
        if len(around):
            assert track.values[i] == pytest.approx(np.percentile(around, 80))
        if np.isnan(values[i]):
            assert found.missing[i]
            continue
        centre = np.median(around)
        far = abs(values[i] - centre) > 3 * 1.4826 * np.median(np.abs(around - centre)) and len(around) > 3
        assert found.outlier[i] == far
        assert found.values[i] == pytest.approx(centre if far else values[i], rel=1e-12)


def test_gaps_are_bridged_by_straight_lines_up_to_a_length():
    values = np.array([0.0, np.nan, 2.0, np.nan, np.nan, np.nan, 6.0, np.nan])
    assert repaired(values, 3).values.tolist() == [0, 1, 2, 3, 4, 5, 6, 6]
    kept = repaired(values, 3, longest_gap=2)
    assert np.array_equal(np.isnan(kept.values), [0, 0, 0, 1, 1, 1, 0, 0])
    assert np.array_equal(kept.changed, np.isnan(values))


def readings(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Depth (mm) and what an OCT beam reads of it at 10 kHz, with drop-outs single and long."""
    rng = np.random.default_rng(seed)
    times = np.arange(20_000) / 10_000
    depth = 3 + 0.4 * np.sin(2 * np.pi * 0.8 * times) + 0.1 * np.sin(2 * np.pi * 7 * times)
    seen = outcomes(depth, np.full(20_000, 0.2), np.full(20_000, 0.4), 0.03, rng)
    seen += 0.012 * rng.normal(size=20_000)
    seen[rng.random(20_000) < 0.12] = np.nan
    seen[5_000:6_500] = np.nan
    return depth, seen


def test_depth_of_a_simulated_keyhole():
    depth, seen = readings(0)
    found = upper_track(seen, 201)
    good = ~found.missing
    raw = np.sqrt(np.nanmean(np.square(seen - depth)))
    assert raw > 1
    assert np.sqrt(np.mean(np.square(found.values - depth)[good])) < 0.05
    assert abs(np.median((found.values - depth)[good])) < 0.02
    assert np.abs(found.values - depth)[~good].max() < 0.5
    assert found.missing[5_200:6_300].all()
    assert found.missing.sum() < 1_600


def test_ghosts_on_a_steady_reading_are_replaced_and_flagged():
    """Where nearly every beam reads the bottom, what is left are false peaks."""
    rng = np.random.default_rng(0)
    depth = 3 + 0.2 * np.sin(np.arange(5_000) / 500)
    ghost = rng.random(5_000) < 0.08
    seen = np.where(ghost, rng.uniform(0, 6, 5_000), depth + 0.02 * rng.normal(size=5_000))
    found = repaired(seen, 51)
    far = ghost & (np.abs(seen - depth) > 0.3)
    assert found.outlier[far].mean() > 0.99
    assert found.outlier[~ghost].mean() < 0.01
    assert np.abs(found.values - depth).max() < 0.3


def test_steps():
    _, seen = readings(1)
    filled = np.nan_to_num(seen, nan=2.0).astype(np.float32)[None]
    for step, size in ((RepairOutliers(window_ms=5), 51), (UpperTrack(window_ms=20), 201)):
        found, rate = step(filled, Fraction(10_000))
        assert (found.shape, found.dtype, rate) == (filled.shape, np.float32, 10_000)
        plain = repaired(filled, size) if size == 51 else upper_track(filled, size)
        assert np.allclose(found, plain.values)
        with pytest.raises(SignalError, match="fixed rate"):
            step(filled, None)


def test_bad_input():
    with pytest.raises(SignalError, match="only NaN"):
        repaired(np.full(9, np.nan), 3)
    with pytest.raises(SignalError, match="odd"):
        repaired(np.zeros(9), 4)
    with pytest.raises(SignalError, match="infinity"):
        upper_track(np.array([1.0, np.inf, 2.0]), 3)
    with pytest.raises(SignalError, match="no window of 3"):
        upper_track(np.array([1.0, np.nan, 2.0]), 3, fewest=3)
