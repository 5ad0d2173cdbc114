"""Offsets and drifts against the ones that were put in; the goal itself with 200 pairs: benchmarks."""

import numpy as np
import pytest
from made_pairs import pair
from scipy.stats import binom

from weldfusion.errors import SignalError
from weldfusion.signals.synchronise import NotSignificant, find_drift, find_offset
from weldfusion.simulate.laser.process import plan_laser
from weldfusion.simulate.laser.sensors import photodiode
from weldfusion.simulate.laser.weld import simulate_weld


def test_offset_is_within_a_sample_of_the_slower_sensor_and_its_deviation_honest():
    """40 of 200 pairs of the goal of 95 %: at least what a share of 95 % gives in 99.9 % of samples."""
    off, deviation = [], []
    for seed in range(40):
        rates = [(2000.0, 500.0), (500.0, 2000.0)][seed % 2]
        first, second, truth = pair(seed, *rates)
        found = find_offset(first, rates[0], second, rates[1])
        off.append((found.offset_s - truth) * 500)
        deviation.append(found.sd_s * 500)
    assert (np.abs(off) <= 1).sum() >= binom.ppf(0.001, 40, 0.95)
    assert 0.7 < np.std(np.array(off) / deviation) < 1.4


@pytest.mark.parametrize("rates", [(1000.0, 999.96), (700.0, 1000.0)])
def test_rates_that_differ_little(rates: tuple[float, float]):
    """As the clock error that a manifest tells makes of two equal ones."""
    for seed in range(4):
        first, second, truth = pair(seed, *rates)
        found = find_offset(first, rates[0], second, rates[1])
        assert abs(found.offset_s - truth) * min(rates) <= 1


def test_the_trigger_jitter_of_simulated_welds_is_found_and_its_deviation_honest():
    """Against the hidden true clocks; calibrated ones, which a manifest tells, are off by 0.28 ms."""
    plan = plan_laser(16, seed=0, sensors=("photodiode", "opening"), weld_s=1.0)
    electronics = photodiode.LAG_S + 1 / (2 * np.pi * photodiode.BANDWIDTH_HZ)
    off, deviation, jitter = [], [], []
    for number in range(16):
        light, mouth = (simulate_weld(plan, number).recordings[name] for name in ("photodiode", "opening"))
        try:
            found = find_offset(light.values[0], 20_000.0, mouth.values[1], 2_000.0)
        except NotSignificant:
            continue
        off.append(found.offset_s - (light.true.offset_s - mouth.true.offset_s - electronics))
        jitter.append(found.offset_s - (light.calibrated.offset_s - mouth.calibrated.offset_s))
        deviation.append(found.sd_s)
    score = np.abs(off) / np.array(deviation)
    assert len(off) >= 6
    assert score.max() < 3
    clear = np.array(deviation) < 0.3e-3
    assert np.abs(np.array(off)[clear]).max() < 0.2e-3 < np.std(np.array(jitter)[clear])


def test_drift_with_events_that_allow_it():
    off = []
    for seed in range(2):
        first, second, offset = pair(seed, 5000.0, 2000.0, 30.0, steps_per_s=8.0, drift_ppm=60.0)
        found = find_drift(first, 5000.0, second, 2000.0)
        off.append((found.rate_ppm - 60) / found.rate_sd_ppm)
        assert abs(found.rate_ppm - 60) < 5
        assert abs(found.offset_s - offset) < 4 * found.offset_sd_s
    assert np.abs(off).max() < 4


@pytest.mark.parametrize("swap", [False, True])
def test_drift_without_noise_either_way_round(swap: bool):
    first, second, offset = pair(3, 4000.0, 1000.0, 30.0, drift_ppm=-80.0, snr_db=60)
    if swap:
        found = find_drift(second, 1000.0, first, 4000.0)
        assert found.rate_ppm == pytest.approx(80, abs=5)
        assert found.offset_s == pytest.approx(-offset, abs=2e-4)
    else:
        found = find_drift(first, 4000.0, second, 1000.0)
        assert found.rate_ppm == pytest.approx(-80, abs=5)
        assert found.offset_s == pytest.approx(offset, abs=2e-4)


def test_smooth_signals_are_placed_between_samples():
    """A band-limited signal evaluated at instants of our choice."""
    rng = np.random.default_rng(0)
    frequency, phase, size = rng.uniform(0.2, 20, 60), rng.uniform(0, 6.28, 60), rng.normal(size=60)

    def seen(times: np.ndarray) -> np.ndarray:
        return size @ np.sin(2 * np.pi * frequency[:, None] * times + phase[:, None])

    times = np.arange(4000) / 200
    first = seen(times) + 0.5 * rng.normal(size=4000)
    found = find_offset(first, 200, seen(times - 0.1234), 200)
    assert found.offset_s == pytest.approx(0.1234, abs=1e-3)
    assert abs(found.offset_s - 0.1234) < 4 * found.sd_s


def test_unrelated_recordings_are_refused():
    """Power programmes of other welds, noise, random walks: at most 2 % accepted (the stated goal)."""
    accepted = 0
    rng = np.random.default_rng(0)
    for seed in range(12):
        of_arc = pair(seed, 500.0, 500.0)[0], pair(seed + 1000, 500.0, 500.0)[1]
        noise = rng.normal(size=(2, 3000))
        walks = rng.normal(size=(2, 3000)).cumsum(axis=1)
        for first, second in (of_arc, noise, walks):
            try:
                find_offset(first, 500.0, second, 500.0)
                accepted += 1
            except NotSignificant:
                pass
    assert accepted <= binom.ppf(0.999, 36, 0.02)


def test_a_single_common_event_is_no_proof():
    rng = np.random.default_rng(1)
    steps = [np.repeat([0.0, 10.0], [n, 4000 - n]) + 0.1 * rng.normal(size=4000) for n in (1000, 1300)]
    with pytest.raises(NotSignificant, match="single common event"):
        find_offset(steps[0], 1000, steps[1], 1000)


@pytest.mark.parametrize(
    ("first", "rate", "message"),
    [
        (np.ones(500), 100, "first is constant"),
        (np.r_[np.nan, np.zeros(500)], 100, "NaN"),
        (np.arange(10.0), 100, "at least 64"),
        (np.zeros((2, 500)), 100, "one channel"),
        (np.arange(500.0), 0, "first_hz must be above 0"),
    ],
)
def test_what_cannot_be_synchronised(first: np.ndarray, rate: float, message: str):
    with pytest.raises(SignalError, match=message):
        find_offset(first, rate, np.random.default_rng(0).normal(size=500), 100)
