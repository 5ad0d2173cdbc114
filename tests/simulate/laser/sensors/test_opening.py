"""Opening features: geometry, errors, frames with spatter."""

from dataclasses import replace

import numpy as np

from weldfusion.simulate.laser.plume import Spatter
from weldfusion.simulate.laser.sensors import opening
from weldfusion.simulate.laser.sensors.mouth import mouth_at
from weldfusion.simulate.sensors.clock import Clock

NO_DROPOUTS = np.zeros((0, 2))
CLOCK = Clock(2_000.0, offset_s=-0.01)
NO_SPATTER = Spatter(*(np.zeros(0) for _ in range(5)))


def test_without_noise_and_spatter_the_outline_is_the_mouth(some_states) -> None:
    states = replace(some_states[0], spatter=NO_SPATTER)
    values = opening.record(states, opening.Setup(0.0), CLOCK, NO_DROPOUTS, np.random.default_rng(0))
    times = CLOCK.times(2.0)
    mouth = mouth_at(states, times)
    assert values.shape == (4, 4_040)
    assert values.dtype == np.float32
    assert np.allclose(values[0], 1e6 * mouth.area_m2, rtol=1e-5)
    assert np.allclose(values[2] * values[3] * np.pi / 4, values[0], rtol=1e-5)
    on = (times > 0) & (times < 1.99)
    assert np.allclose(values[2, on] / values[3, on], 1 + 0.25 * states.speed_m_s / 0.1, rtol=1e-5)


def test_errors_are_five_percent(some_states) -> None:
    states = replace(some_states[0], spatter=NO_SPATTER)
    exact, noisy = (
        opening.record(states, opening.Setup(level), CLOCK, NO_DROPOUTS, np.random.default_rng(0))
        for level in (0.0, 1.0)
    )
    on = exact[0] > 0
    deviation = (noisy[:, on] / exact[:, on] - 1).std(axis=1)
    assert np.all((deviation > 0.045) & (deviation < 0.06))


def test_particles_are_mistaken_in_about_two_percent_of_the_frames(some_states) -> None:
    shares = []
    for number, states in enumerate(some_states):
        factor = opening.mistaken(states, CLOCK.times(2.0), np.random.default_rng(number))
        wrong = factor > 1
        assert np.all((factor[wrong] >= 1.5) & (factor[wrong] <= 3.0))
        edges = CLOCK.times(2.0)[wrong]
        behind = states.spatter.time_s[None] - edges[:, None]
        assert np.all(((behind >= 0) & (behind <= 5.01e-4)).any(axis=1))
        shares.append(wrong.mean())
    assert 0.01 < np.mean(shares) < 0.03


def test_a_dropout_repeats_the_last_value(some_states) -> None:
    values = opening.record(
        some_states[0], opening.Setup(1.0), CLOCK, np.array([[0.5, 0.6]]), np.random.default_rng(0)
    )
    assert np.all(values[:, 1_020:1_220] == values[:, 1_019, None])
    assert not np.all(values[:, 1_220:1_300] == values[:, 1_019, None])
