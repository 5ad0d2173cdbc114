"""Arc sound: spectrum, delay, tilt with penetration; and the figures that describe it, on made signals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import welch

from weldfusion.simulate.cmt.figures import sound_figures
from weldfusion.simulate.cmt.preset import CMT, ROBOT_MAG
from weldfusion.simulate.cmt.sensors import microphone
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.sensors.clock import Clock

RATE = 44_100
NO_DROPOUT = np.zeros((0, 2))


def sound_of(states, groups, seed: int = 0, **setup: float) -> np.ndarray:
    used = replace(microphone.setup(groups, 1.0), **setup)
    heard = microphone.record(states, used, Clock(RATE), NO_DROPOUT, np.random.default_rng(seed))[0]
    return heard[RATE // 10 : -RATE // 10]


def tilt_db(sound: np.ndarray) -> float:
    """Within each band, where only some of the other leaks in."""
    frequency, power = welch(sound, RATE, nperseg=4096)
    low, high = (frequency > 2_200) & (frequency < 3_000), (frequency > 5_500) & (frequency < 7_200)
    return 10 * np.log10(power[high].sum() / power[low].sum())


def test_cmt_sounds_as_the_published_recordings_do(steady, plain_groups) -> None:
    """Measured on them: kurtosis 3.18, RMS of clips varies by 0.08–0.11, line 3–10, none above 8 kHz."""
    found = sound_figures(sound_of(steady(6 / 60, seconds=30.0), plain_groups), RATE)
    assert 3.0 < found["kurtosis"] < 3.45
    assert 0.06 < found["clip_cv"] < 0.12
    assert 3 < found["line"] < 20
    assert found["line_hz"] == pytest.approx(80, abs=6)
    assert found["share_8000"] < 1e-3


def test_robot_mag_clicks(steady, plain_groups) -> None:
    """Measured on robotic welds: kurtosis 60–520."""
    states = steady(6 / 60, seconds=20.0, preset=ROBOT_MAG)
    assert 40 < sound_figures(sound_of(states, plain_groups), RATE)["kurtosis"] < 600
    quiet = replace(states, sound=replace(ROBOT_MAG.sound, click=0.0))
    assert sound_figures(sound_of(quiet, plain_groups), RATE)["kurtosis"] < 6


def test_the_tilt_changes_by_the_stated_decibels(steady, plain_groups) -> None:
    states = steady(seconds=20.0)
    found = []
    for beyond, asked in ((-0.5e-3, -1.1), (0.5e-3, 1.1), (3e-3, 3.0)):
        level = Curve(np.full(len(states.depth_m), states.root_m + beyond), 200.0)
        tilted = microphone.tilt_db(replace(states, depth_m=level), 3.0, np.array([0.0, 5.0]))
        assert tilted == pytest.approx([asked, asked])
        found.append(tilt_db(sound_of(replace(states, depth_m=level), plain_groups)))
    assert found[1] - found[0] == pytest.approx(2.2, abs=0.3)
    assert found[2] - found[0] == pytest.approx(3.0 + 1.1, abs=0.6)


def test_sound_travels_at_343_m_per_s(steady, plain_groups) -> None:
    states = steady(seconds=2.0, preset=ROBOT_MAG)
    near, far = (sound_of(states, plain_groups, distance_m=0.3 + more) for more in (0.0, 0.343))
    shift = np.argmax(np.correlate(np.abs(far[:40_000]), np.abs(near[:40_000]), "full")) - 39_999
    assert shift / RATE == pytest.approx(1e-3, abs=1.5 / RATE)


def test_depth_reaches_only_the_two_upper_bands(steady, plain_groups) -> None:
    states = steady(seconds=10.0)
    level = Curve(states.depth_m.values + 0.5e-3, 200.0)
    first, second = (
        sound_of(some, plain_groups, noise=0.0) for some in (states, replace(states, depth_m=level))
    )
    frequency, change = welch(second - first, RATE, nperseg=4096)
    assert change[(frequency > 50) & (frequency < 800)].sum() < 1e-3 * change.sum()


def test_figures_of_gaussian_noise_and_of_a_known_modulation() -> None:
    rng = np.random.default_rng(1)
    noise = rng.standard_normal(40 * RATE)
    plain = sound_figures(noise, RATE)
    assert plain["kurtosis"] == pytest.approx(3.0, abs=0.02)
    assert plain["clip_cv"] == pytest.approx(1 / np.sqrt(2 * 6615), rel=0.2)
    assert abs(plain["clip_memory"]) < 4 / np.sqrt(266)
    assert sum(value for name, value in plain.items() if name.startswith("share")) == pytest.approx(1.0)
    assert plain["share_2000"] == pytest.approx(2_000 / 22_030, rel=0.02)
    hum = 1 + 0.3 * np.sin(2 * np.pi * 87 * np.arange(len(noise)) / RATE)
    modulated = sound_figures(noise * hum, RATE)
    assert modulated["line_hz"] == pytest.approx(87, abs=1)
    assert modulated["line"] > 50 > 3 > plain["line"]


def test_bands_stand_in_the_preset() -> None:
    assert {band.tilt for band in CMT.sound.bands} == {-1, 0.0, 1}
