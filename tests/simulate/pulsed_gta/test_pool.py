"""The pool's closed forms: hand-worked values, limits, the envelope that solidifies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter, lfilter_zi

from weldfusion.simulate.pulsed_gta import pool

WIDTHS = st.floats(3e-3, 10e-3)
PLATES = st.floats(2e-3, 4e-3)


def test_nominal_weld_by_hand() -> None:
    """150 A, 3 mm: 9.5 + 1.8 + 2.7 = 14 V; 0.70 × 2100 W = 1470 W; half of it and four times the speed."""
    assert float(pool.arc_voltage(np.array(150.0), np.array(3e-3))) == pytest.approx(14.0)
    assert pytest.approx(1470.0) == pool.NOMINAL_HEAT_W
    assert float(pool.pool_width(np.array(735.0), 10e-3)) == pytest.approx(6.5e-3 * 0.5, rel=1e-9)
    assert float(pool.free_depth(np.array(6.5e-3))) == pytest.approx(2.73e-3)
    assert float(pool.sag(np.array(4e-3), 2e-3)) == pytest.approx(0.64e-3)


def test_a_sagging_pool_raises_the_voltage() -> None:
    still, hanging = pool.arc_voltage(np.full(2, 100.0), np.full(2, 2e-3), np.array([0.0, 1e-3]))
    assert hanging - still == pytest.approx(0.4)


@given(WIDTHS, PLATES)
def test_the_limit_of_excessive_is_a_back_width_of_three_fifths(width: float, plate: float) -> None:
    """w_b / W = √(1 − (t/d)²) = 0.6 at d = 1.25 t."""
    found = pool.back_width(np.array([width]), np.array([1.25 * plate]), plate)
    assert found[0] == pytest.approx(0.6 * width, rel=1e-9)


@given(WIDTHS, PLATES, st.floats(0.3, 2.0))
def test_the_back_side_is_narrower_and_closed_when_not_through(
    width: float, plate: float, ratio: float
) -> None:
    back = float(pool.back_width(np.array([width]), np.array([ratio * plate]), plate)[0])
    assert 0 <= back < width
    assert (back == 0) == (ratio <= 1)


def test_sulphur_deepens_and_narrows() -> None:
    """12 % more depth per width costs 0.4 times as much width: the pool is deeper by 0.6 times it."""
    less, more = 1.0, 1.12
    widths = [float(pool.pool_width(np.array(1000.0), 2.5e-3, m)) for m in (less, more)]
    depths = [float(pool.free_depth(np.array(w), m)) for w, m in zip(widths, (less, more), strict=True)]
    assert widths[1] / widths[0] == pytest.approx(1.12**-0.4)
    assert depths[1] / depths[0] == pytest.approx(1.12**0.6)


def test_heat_follows_a_step_with_its_time_constant() -> None:
    rate, tau = 200.0, 0.6
    values = np.where(np.arange(4000) < 2000, 1.0, 3.0)
    found = pool.low_pass(values, rate, tau)
    start = found[1999]
    after = np.arange(1, 1001) / rate
    assert np.allclose(found[2000:3000], 3 - (3 - start) * np.exp(-after / tau), atol=1e-9)
    keep = np.exp(-1 / (rate * tau))
    settled = lfilter_zi([1 - keep], [1, -keep]) * values.mean()
    assert np.allclose(found, lfilter([1 - keep], [1, -keep], values, zi=settled)[0])


def test_what_solidifies_is_the_largest_outline_over_a_place() -> None:
    """Against the definition, value by value."""
    rng = np.random.default_rng(3)
    sizes = 5e-3 * np.exp(0.1 * np.convolve(rng.standard_normal(700), np.ones(40) / 6, "same"))
    rate, half_s = 100.0, 0.9
    found = pool.solidified(sizes, half_s, rate)
    reach = 90
    for k in range(reach, len(sizes) - reach):
        near = np.arange(k - reach, k + reach + 1)
        outline = np.sqrt(1 - ((near - k) / (reach + 1)) ** 2)
        assert found[k] == pytest.approx((sizes[near] * outline).max(), rel=1e-9)
    assert np.allclose(pool.solidified(np.full(300, 4e-3), half_s, rate), 4e-3)


def test_heat_flows_as_in_a_thin_plate_later_than_the_pool_comes_through() -> None:
    depth = np.where(np.arange(2000) < 1000, 1.5e-3, 3.5e-3)
    thin = pool.thin_share(depth, 2.4e-3, 0.0, 200.0)
    lag = 2.4e-3**2 / (4 * 6.0e-6)
    half = np.argmax(thin[1000:] > (thin[999] + thin[-1]) / 2) / 200
    assert half == pytest.approx(lag * np.log(2), abs=0.01)
