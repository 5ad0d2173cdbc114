"""Photodiodes: spectrum, cut of one path, range."""

from dataclasses import replace

import numpy as np
import pytest

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser.figures import of_sensors
from weldfusion.simulate.laser.sensors import photodiode

NO_DROPOUTS = np.zeros((0, 2))


@pytest.fixture(scope="module")
def shots(plain):
    return plain(16, ("photodiode",))


def test_plume_spectrum_falls_as_measured(shots) -> None:
    assert np.median(of_sensors.plume_slopes(shots)) == pytest.approx(-1.8, abs=0.2)


def test_cutting_mouth_to_back_reflection_changes_that_band_at_events_only(shots) -> None:
    weld = max(shots, key=lambda shot: shot.states.events.mouth_drop.max(initial=0))
    recording, states = weld.recordings["photodiode"], weld.states
    still = replace(states.keyhole, mouth_dip=Curve(np.zeros_like(states.keyhole.mouth_dip.values), 20_000))
    full, cut = (
        photodiode.record(s, recording.setup, recording.true, NO_DROPOUTS, np.random.default_rng(9))
        for s in (states, replace(states, keyhole=still))
    )
    assert np.array_equal(full[[0, 2]], cut[[0, 2]])
    first = np.searchsorted(recording.true.times(states.duration_s), states.events.time_s.min())
    assert np.array_equal(full[1, : first - 2], cut[1, : first - 2])
    assert np.abs(full[1] - cut[1]).max() > 0.3


def test_values_are_twelve_bit_in_range_and_dark_before_the_weld(shots) -> None:
    for weld in shots:
        recording = weld.recordings["photodiode"]
        values = recording.values
        assert values.dtype == np.float32
        assert values.shape == (3, 40_400)
        codes = values * 4095 / 4
        assert np.allclose(codes, np.round(codes), atol=1e-2)
        assert 0 <= values.min() <= values.max() <= 4
        before = recording.true.times(2.0) < -1e-3
        assert values[:, before].mean() == pytest.approx(photodiode.DARK, abs=0.01)
        assert values[:, before].min() > 0
        assert values[:, ~before].mean() > 0.1


def test_gain_scales_the_signal(shots) -> None:
    weld = shots[0]
    clock = weld.recordings["photodiode"].true
    quiet = [
        photodiode.record(
            weld.states, photodiode.Setup((g, g, g), 0.0), clock, NO_DROPOUTS, np.random.default_rng(0)
        )
        for g in (0.5, 1.0)
    ]
    half, whole = (signal - photodiode.DARK for signal in quiet)
    assert np.allclose(2 * half, whole, atol=2 * 4 / 4095)
