"""Device clocks and drop-outs."""

import numpy as np
import pytest

from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.sensors.clock import Clock, calibrated_clock
from weldfusion.simulate.sensors.dropout import blank, draw_dropouts, hold


def test_times_follow_the_convention_of_the_card() -> None:
    clock = Clock(10_000.0, offset_s=-0.012, ppm=50.0)
    times = clock.times(2.0)
    sample = np.array([0, 1, 12_345])
    assert np.allclose(times[sample], -0.012 + sample / (10_000 * (1 + 50e-6)), atol=1e-12)
    assert times[0] < 0
    assert times[-1] > 2.0


def test_calibration_is_per_session_and_jitter_per_weld() -> None:
    clocks = [
        calibrated_clock("oct", 10_000, Groups(1, "laser_al", Place("m1", f"s{k}", "w", 0.0)))
        for k in range(1000)
    ]
    assert max(abs(clock.ppm) for clock in clocks) <= 50
    assert np.std([clock.ppm for clock in clocks]) == pytest.approx(50 / np.sqrt(3), rel=0.05)
    assert np.std([clock.offset_s for clock in clocks]) == pytest.approx(2e-3, rel=0.08)
    rng = np.random.default_rng(0)
    starts = [clocks[0].jittered(rng).offset_s - clocks[0].offset_s for _ in range(2000)]
    assert np.std(starts) == pytest.approx(0.2e-3, rel=0.05)


def test_dropouts_hold_or_blank_and_leave_the_rest() -> None:
    times = np.arange(1000) / 1000
    intervals = np.array([[0.2, 0.3]])
    values = np.arange(1000.0)[None]
    held = hold(values.copy(), times, intervals)
    assert np.all(held[0, 200:300] == 199)
    gone = blank(values.copy(), times, intervals)
    assert np.isnan(gone[0, 200:300]).all()
    outside = np.r_[0:200, 300:1000]
    assert np.array_equal(held[0, outside], values[0, outside])
    assert np.array_equal(gone[0, outside], values[0, outside])


def test_dropouts_have_the_stated_number_and_length() -> None:
    rng = np.random.default_rng(1)
    drawn = [draw_dropouts(0.5, 2.0, rng) for _ in range(2000)]
    length = np.concatenate([d[:, 1] - d[:, 0] for d in drawn])
    assert len(length) / 2000 == pytest.approx(0.5, abs=0.06)
    assert 0.020 <= length.min() < length.max() <= 0.200
