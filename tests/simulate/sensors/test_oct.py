"""OCT: shares of the outcomes and the bias of percentile readings."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def readings(plain):
    """Readings and true depth (mm) on the sensor's times, edges of the weld left out."""
    pairs = []
    for weld in plain(30, ("oct",)):
        recording = weld.recordings["oct"]
        times = recording.true.times(2.0)
        inside = np.flatnonzero((times > 0.05) & (times < 1.95))[:18_950]
        truth = 1e3 * weld.states.keyhole.depth_m.at(times[inside])
        pairs.append((recording.values[0, inside], truth))
    return pairs


def test_shares_of_the_outcomes(readings) -> None:
    value = np.concatenate([v for v, _ in readings])
    truth = np.concatenate([d for _, d in readings])
    seen = ~np.isnan(value)
    assert 0.10 < np.isnan(value).mean() < 0.20
    assert 0.06 < np.mean(value[seen] > 1.05 * truth[seen]) < 0.10
    assert 0.65 < np.mean(value[seen] < 0.9 * truth[seen]) < 0.75


def test_the_85th_percentile_of_5_ms_is_nearly_unbiased_and_the_95th_reads_ghosts(readings) -> None:
    def bias(percent: float) -> float:
        differences = []
        for value, truth in readings:
            blocks = value.reshape(-1, 50)
            estimate = np.nanpercentile(blocks, percent, axis=1)
            differences.append(np.mean(estimate - truth.reshape(-1, 50).mean(axis=1)))
        return float(np.mean(differences))

    assert abs(bias(85)) < 0.1
    assert bias(95) > 0.3


def test_no_reading_while_the_laser_is_off(plain) -> None:
    recording = plain(1, ("oct",))[0].recordings["oct"]
    times = recording.true.times(2.0)
    assert np.isnan(recording.values[0, (times < 0) | (times > 2.0)]).all()
    assert recording.values.dtype == np.float32
    assert np.nanmin(recording.values) >= 0
