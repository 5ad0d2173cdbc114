"""The diode below the plate sees an open root and nothing else of the keyhole."""

import numpy as np
import pytest

from weldfusion.simulate.laser.sensors import back_diode
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.sensors.clock import Clock

NO_DROPOUT = np.zeros((0, 2))


def light(states: States, noise: float = 1.0) -> np.ndarray:
    setup = back_diode.Setup((1.0,), noise)
    clock = Clock(back_diode.RATE)
    return back_diode.record(states, setup, clock, NO_DROPOUT, np.random.default_rng(3))[0, :40_000]


def test_a_closed_root_lets_no_light_through(some_states, changed) -> None:
    closed = light(changed(some_states[0], "keyhole.open_root", np.zeros_like))
    assert closed.mean() == pytest.approx(0.05, abs=2e-3)
    assert closed.std() == pytest.approx(0.010, rel=0.05)


def test_an_open_root_lets_the_power_through_that_is_not_absorbed(some_states, changed) -> None:
    states = some_states[0]
    opened = light(changed(states, "keyhole.open_root", np.ones_like), noise=0.0) - 0.05
    power, absorbed = states.heat.power_w.values, states.heat.absorptivity.values
    speckle = np.exp(0.25**2 / 2)
    assert opened.mean() == pytest.approx(speckle * (power * (1 - absorbed)).mean() / 4e3, rel=0.02)
    assert np.std(np.log(opened[1_000:-1_000])) == pytest.approx(0.25, rel=0.1)


def test_half_the_light_for_a_half_open_root(some_states, changed) -> None:
    whole, half = (
        light(changed(some_states[0], "keyhole.open_root", lambda root, s=share: np.full_like(root, s)), 0.0)
        for share in (1.0, 0.5)
    )
    assert (half - 0.05).mean() == pytest.approx((whole - 0.05).mean() / 2, rel=2e-3)
