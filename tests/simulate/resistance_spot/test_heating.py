"""Heat of a spot weld against an independent integration, its steady state, and stated figures (row 22)."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from weldfusion.simulate.resistance_spot.heating import RATE, Stack, expulsion_limit, heat

PLAIN = Stack(1.6e-3, 4.6e-3, 1500.0, 1.0, 1.0, 1.0, 0.55, np.inf, 0.85)
KILOAMPERES = (4.25, 4.5, 4.75, 5.0)


def welded(kiloamperes: float, seconds: float = 0.4, stack: Stack = PLAIN):
    """A weld whose current rises in 10 ms."""
    rise = np.minimum(np.arange(round(seconds * RATE)) / RATE / 0.010, 1.0)
    return heat(1e3 * kiloamperes * rise, stack)


def micro_ohm(weld) -> np.ndarray:
    return 1e6 * (weld.contact_ohm + weld.bulk_ohm)


def test_warming_is_that_of_an_integrator_with_small_errors() -> None:
    """Sheets below melting: scipy's Runge–Kutta on the written equations, 1e-8."""
    area = np.pi / 4 * 4.6e-3**2

    def slope(t: float, state: np.ndarray) -> list[float]:
        ohm = (0.13e-6 + 0.95e-6 * (state[0] - 300) / 1250) * 1.6e-3 / area
        ohm += 280e-6 * np.exp(-(4500.0**2) * t / 1.2e5)
        return [(4500.0**2 * ohm - 0.95 * (state[0] - 300)) / 0.150]

    times = np.array([0.02, 0.05, 0.10, 0.15])
    exact = solve_ivp(slope, (0, 0.15), [300.0], t_eval=times, rtol=1e-8, atol=1e-6, max_step=1e-3).y[0]
    found = heat(np.full(800, 4500.0), PLAIN).temperature_k[np.round(times * RATE).astype(int) - 1]
    np.testing.assert_allclose(found, exact, rtol=0.01)


@pytest.mark.parametrize("kiloamperes", [5.0, 6.0])
def test_a_long_weld_reaches_the_nugget_that_balances_the_heat(kiloamperes: float) -> None:
    """In the end surplus heat is 900 W times (d / tip)²: one equation for d."""
    area, tip = np.pi / 4 * 4.6e-3**2, 4.6e-3

    def missing(d: float) -> float:
        growth = (d / tip) ** 2
        ohm = (0.13e-6 + 0.95e-6 * 1.1) * 1.6e-3 / area / (1 + 0.55 * growth)
        return (1e3 * kiloamperes) ** 2 * ohm - 0.95 * 1490 * (1 + 0.5 * growth) - 900 * growth

    wanted = brentq(missing, 1e-4, 8e-3)
    assert welded(kiloamperes, 3.0).nugget_m[-1] == pytest.approx(wanted, rel=2e-3)


def test_resistance_falls_has_a_minimum_and_a_beta_peak() -> None:
    """Row 22 of the validation list: 292 µΩ at 1 ms, minimum 31–39 µΩ before 60 ms,
    peak of 100–125 µΩ that comes earlier with more current (362 → 196 ms)."""
    peaks = []
    for kiloamperes in KILOAMPERES:
        found = micro_ohm(welded(kiloamperes))
        early = found[: round(0.060 * RATE)]
        assert found[round(0.001 * RATE)] == pytest.approx(292, abs=1)
        assert 31 <= early.min() <= 39
        late = found[round(0.1 * RATE) :]
        assert 100 <= late.max() <= 125
        peaks.append(100 + 1e3 * late.argmax() / RATE)
    assert np.all(np.diff(peaks) < 0)
    np.testing.assert_allclose(peaks, [362, 285, 233, 196], rtol=0.02)


def test_nuggets_are_those_stated_and_none_melts_below_4_ka() -> None:
    found = [1e3 * welded(kiloamperes).nugget_m[-1] for kiloamperes in KILOAMPERES]
    np.testing.assert_allclose(found, [0.4, 2.2, 2.8, 3.2], atol=0.06)
    assert welded(3.9).nugget_m[-1] == 0


def test_the_nugget_grows_with_current_and_time() -> None:
    by_current = [welded(kiloamperes).nugget_m[-1] for kiloamperes in np.arange(4.0, 7.1, 0.25)]
    assert np.all(np.diff(by_current) >= 0)
    assert np.all(np.diff(welded(5.0, 1.0).nugget_m) >= -1e-9)


def test_an_expulsion_takes_a_quarter_of_the_nugget_and_15_percent_of_the_resistance() -> None:
    weld = welded(6.5, 0.6, replace(PLAIN, limit_m=4.3e-3))
    first = weld.expulsions[0]
    assert weld.nugget_m[first] == pytest.approx(0.75 * 4.3e-3, rel=0.01)
    assert weld.bulk_ohm[first + 1] / weld.bulk_ohm[first - 1] == pytest.approx(0.85, rel=0.01)
    assert np.all(np.diff(weld.expulsions) > 0.06 * RATE)
    assert len(welded(6.5, 0.6).expulsions) == 0


def test_force_lowers_contact_resistance_and_raises_the_limit() -> None:
    more = replace(PLAIN, force_n=2000.0)
    assert more.contact_ohm / PLAIN.contact_ohm == pytest.approx((1500 / 2000) ** 0.6)
    assert expulsion_limit(4.6e-3, 2000, 0) / expulsion_limit(4.6e-3, 1000, 0) == pytest.approx(2**0.3)
    assert expulsion_limit(4.6e-3, 1500, 15) / expulsion_limit(4.6e-3, 1500, 0) == pytest.approx(0.85)
