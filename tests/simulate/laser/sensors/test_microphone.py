"""Microphone: travel time of sound, full-penetration band, range."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import welch

from weldfusion.simulate.laser.figures import of_sensors
from weldfusion.simulate.laser.sensors import microphone

NO_DROPOUTS = np.zeros((0, 2))
RATE = 48_000


@pytest.fixture(scope="module")
def shots(plain):
    return plain(8, ("photodiode", "microphone"))


def test_sound_arrives_after_its_travel_time(shots) -> None:
    near, far = (of_sensors.sound_delay_s(shots, distance) for distance in (0.25, 0.50))
    assert 1e3 * near == pytest.approx(0.729, abs=0.06)
    assert 1e3 * (far - near) / 0.25 == pytest.approx(2.915, abs=0.3)


def test_full_penetration_is_heard_between_500_and_1500_hz(shots) -> None:
    def share(weld) -> float:
        frequency, density = welch(weld.recordings["microphone"].values[0], RATE, nperseg=4096)
        return density[(frequency > 500) & (frequency < 1_500)].sum() / density.sum()

    by_opening = sorted(shots, key=lambda weld: weld.states.keyhole.open_root.values.mean())
    assert by_opening[-1].states.keyhole.open_root.values.mean() > 0.6
    assert share(by_opening[-1]) > 2 * share(by_opening[0])


def test_range_shape_and_type(shots) -> None:
    for weld in shots:
        values = weld.recordings["microphone"].values
        assert values.dtype == np.float32
        assert values.shape == (1, 96_960)
        assert np.isfinite(values).all()
        assert np.mean(np.abs(values) >= 12) < 1e-3


def test_steam_pops_are_heard_below_600_hz(shots) -> None:
    weld = shots[0]
    recording = weld.recordings["microphone"]
    popping = replace(weld.states, film=replace(weld.states.film, pops_s=np.arange(0.1, 1.9, 0.05)))
    dry, wet = (
        microphone.record(states, recording.setup, recording.true, NO_DROPOUTS, np.random.default_rng(0))[0]
        for states in (weld.states, popping)
    )
    frequency, density = welch(wet - dry, RATE, nperseg=4096)
    assert 300 < frequency[density.argmax()] < 600
