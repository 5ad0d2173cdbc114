"""Current and speed: lines of the AC, pollution, gains, lag, drop-outs."""

from dataclasses import replace

import numpy as np
import pytest

from weldfusion.simulate.aluminium_tig.sensors import current_speed
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.sensors.clock import Clock

CLOCK = Clock(128.0, offset_s=-0.01)
PLAIN = current_speed.Setup(1.0, 0.0, 1.0, 60.0, 0.004, 0.0)
NONE = np.zeros((0, 2))


def record(states, setup=PLAIN, dropouts=NONE, seed=0):
    return current_speed.record(states, setup, CLOCK, dropouts, np.random.default_rng(seed))


def amplitude(values: np.ndarray, hertz: float) -> float:
    """Amplitude of a line, by projection on a window of whole periods of 1 Hz."""
    whole = values[: len(values) // 128 * 128]
    turn = np.exp(-2j * np.pi * hertz * np.arange(len(whole)) / 128)
    return 2 * abs(np.mean((whole - whole.mean()) * turn))


def constant(states, pollution: float):
    size = len(states.drive.current_a)
    level = {"current_a": 140.0, "speed_mm_s": 3.0}
    drive = replace(states.drive, **{name: Curve(np.full(size, v), 64.0) for name, v in level.items()})
    joint = replace(states.joint, pollution=Curve(np.full(size, pollution), 64.0))
    return replace(states, drive=drive, joint=joint)


@pytest.mark.parametrize("pollution", [0.0, 0.5, 1.0])
def test_lines_have_the_stated_height_at_the_places_that_sampling_gives_them(calm, pollution) -> None:
    current = record(constant(calm[0].states, pollution))[0]
    assert amplitude(current, 60) == pytest.approx(140 * (0.004 + 0.02 * pollution), rel=0.01)
    assert amplitude(current, 128 - 120) == pytest.approx(140 * 0.006, rel=0.01)  # 120 Hz, folded
    assert current.mean() == pytest.approx(140, rel=1e-3)


def test_gain_offset_and_noise_are_those_of_the_setup(calm) -> None:
    states = constant(calm[0].states, 0)
    loud = record(states, replace(PLAIN, current_gain=1.1, current_offset_a=2.0, speed_gain=0.9, noise=1.0))
    quiet = record(states, replace(PLAIN, current_gain=1.1, current_offset_a=2.0, speed_gain=0.9))
    assert quiet[0].mean() == pytest.approx(156, rel=1e-3)
    assert quiet[1].mean() == pytest.approx(2.7, rel=2e-3)
    assert (loud - quiet).std(axis=1) == pytest.approx([0.8, 0.05], rel=0.06)


def test_speed_lags_by_a_tenth_of_a_second(calm) -> None:
    states = constant(calm[0].states, 0)
    times = states.drive.speed_mm_s.times
    ramp = replace(states.drive, speed_mm_s=Curve(3 + times / 10, 64.0))
    seen = record(replace(states, drive=ramp))[1]
    expected = 3 + (CLOCK.times(20.0) - 0.1) / 10
    assert np.mean((seen - expected)[256:-256]) == pytest.approx(0, abs=0.003)


def test_the_drive_shows_its_pitch(calm) -> None:
    states = constant(calm[0].states, 0)
    place = Curve(3.0 * states.drive.speed_mm_s.times, 64.0)
    seen = record(replace(states, drive=replace(states.drive, place_mm=place)))[1]
    lag = 1 / np.hypot(1, 2 * np.pi * 1.5 * 0.1)  # 3 mm/s over 2 mm, through 0.1 s
    assert amplitude(seen[: 18 * 128], 1.5) == pytest.approx(3 * 0.01 * lag, rel=0.15)


def test_a_drop_out_holds_the_last_value(many) -> None:
    held = record(many[0].states, dropouts=np.array([[5.0, 5.2]]))
    times = CLOCK.times(40.0)
    first, last = np.searchsorted(times, [5.0, 5.2])
    assert (held[:, first:last] == held[:, [first - 1]]).all()
    assert np.array_equal(held[:, last:], record(many[0].states)[:, last:])
