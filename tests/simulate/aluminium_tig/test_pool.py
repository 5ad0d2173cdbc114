"""Arc and pool against geometry, root finding and known exponents."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from weldfusion.simulate.aluminium_tig import pool

POWER = st.floats(600, 2500)
SPEED = st.floats(0.5, 10)


@given(POWER, SPEED)
def test_width_and_depth_follow_the_stated_powers(power: float, speed: float) -> None:
    grid = np.array([power, 2 * power, power]), np.array([speed, speed, 2 * speed])
    width = pool.free_width(*grid)
    depth = pool.free_depth(width, grid[0])
    assert np.log2(width[1:] / width[0]) == pytest.approx([0.5, -0.5])
    assert np.log2(depth[1:] / depth[0]) == pytest.approx([1.0, -0.5])


@given(st.floats(4, 16), st.floats(1.01, 3))
def test_the_root_is_as_wide_as_an_ellipse_cut_at_the_back(width: float, ratio: float) -> None:
    half = brentq(lambda x: (x / (width / 2)) ** 2 + 1 / ratio**2 - 1, 0, width / 2)
    assert pool.back_width(np.array(width), np.array(ratio)) == pytest.approx(2 * half, abs=1e-9)


@given(st.floats(0.6, 2), st.floats(800, 2000), st.floats(2, 5))
def test_the_solved_speed_gives_the_depth(ratio: float, power: float, plate: float) -> None:
    def missing(log_speed: float) -> float:
        width = pool.free_width(np.array(power), np.exp(log_speed))
        return float(pool.free_depth(width, np.array(power))) - ratio * plate

    assert pool.speed_for_depth(ratio, power, plate) == pytest.approx(np.exp(brentq(missing, -9, 9)))


def test_a_hole_opens_just_below_half_of_the_nominal_speed() -> None:
    power = np.array(pool.POWER_W)
    for share, sags in ((1.0, False), (0.55, False), (0.45, True)):
        width = pool.free_width(power, np.array(share * pool.SPEED_MM_S))
        ratio = pool.free_depth(width, power) / 3.0
        back = pool.back_width(pool.pool_width(width, ratio), ratio)
        assert (pool.resting_sag(back, 3.0) > 3.0) == sags
