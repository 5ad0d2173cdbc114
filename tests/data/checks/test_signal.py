"""Clipping against signals whose clipping is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weldfusion.data.checks.signal import oddity

TIME = np.arange(20_000) / 8000


@given(st.floats(0.3, 0.95), st.floats(20, 400), st.floats(0, 6))
def test_a_sine_cut_off_at_a_share_of_its_height_is_clipped(limit: float, hertz: float, phase: float) -> None:
    sine = np.sin(2 * np.pi * hertz * TIME + phase)
    assert oddity(np.minimum(sine, limit)) == "clipped"
    assert oddity(np.maximum(sine, -limit)) == "clipped"
    assert oddity(sine) is None


@given(st.integers(0, 99))
def test_noise_and_slow_steps_are_not_clipped(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert oddity(rng.normal(size=5000)) is None
    assert oddity(np.round(rng.normal(size=5000) * 1000) / 1000) is None
    assert oddity(np.round(np.cumsum(rng.exponential(size=3000)))) is None


def test_a_distance_that_rests_at_its_end_is_not_clipped() -> None:
    distance = np.minimum(np.round(TIME * 3, 2), 4.0)
    assert oddity(distance) is None


@pytest.mark.parametrize("value", [0.0, 2.5])
def test_constant_beside_nan(value: float) -> None:
    channel = np.full(100, value)
    channel[10:20] = np.nan
    assert oddity(channel) == ("constant" if value else "dead")
