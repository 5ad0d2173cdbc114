"""Microphone: travel time of sound, full-penetration band, range."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, hilbert, sosfiltfilt, welch

from weldfusion.simulate.sensors import microphone, photodiode

NO_DROPOUTS = np.zeros((0, 2))
RATE = 48_000


@pytest.fixture(scope="module")
def shots(plain):
    return plain(8, ("photodiode", "microphone"))


def delay_ms(shots, distance_m: float) -> float:
    jet = butter(4, (2_000, 12_000), btype="bandpass", fs=RATE, output="sos")
    slow = butter(2, (60, 3_000), btype="bandpass", fs=RATE, output="sos")
    total = np.zeros(300)
    for number, weld in enumerate(shots):
        ours, diode = weld.recordings["microphone"], weld.recordings["photodiode"]
        setup = replace(ours.setup, distance_m=distance_m)
        rng = np.random.default_rng(number)
        sound = microphone.record(weld.states, setup, ours.true, NO_DROPOUTS, rng)[0]
        times = ours.true.times(2.0)
        inside = (times > 0.05) & (times < 1.95)
        envelope = sosfiltfilt(slow, np.abs(hilbert(sosfiltfilt(jet, sound))))[inside]
        plume = sosfiltfilt(slow, np.interp(times, diode.true.times(2.0), diode.values[0]))[inside]
        size = 2 * len(plume)
        spectrum = np.fft.rfft(envelope, size) * np.conj(np.fft.rfft(plume, size))
        total += np.fft.irfft(spectrum)[:300] / (envelope.std() * plume.std())
    return 1e3 * total.argmax() / RATE


def test_sound_arrives_after_its_travel_time(shots) -> None:
    diode_lag = 1e3 * (photodiode.LAG_S + 1 / (2 * np.pi * photodiode.BANDWIDTH_HZ))
    near, far = delay_ms(shots, 0.25), delay_ms(shots, 0.50)
    assert near + diode_lag == pytest.approx(0.729, abs=0.06)
    assert (far - near) / 0.25 == pytest.approx(2.915, abs=0.3)


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
