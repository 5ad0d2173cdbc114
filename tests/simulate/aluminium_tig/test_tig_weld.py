"""From inputs to states: lags, steady values, dips, pollution, the voltage control."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import lsim

from weldfusion.simulate.aluminium_tig import pool
from weldfusion.simulate.aluminium_tig.design import AS_5083, CAUSES, NEAR_EQUAL, draw_design, shares
from weldfusion.simulate.aluminium_tig.inputs import RATE, draw_inputs
from weldfusion.simulate.aluminium_tig.tig_weld import followed, polluted, simulate_states


def test_the_lag_is_that_of_a_first_order_system() -> None:
    times = np.arange(640) / RATE
    driven = np.sin(2 * np.pi * 0.3 * times) * (times > 2)
    _, expected, _ = lsim(([1], [0.6, 1]), driven, times, interp=False)
    assert np.abs(followed(driven, 0.6) - expected).max() < 0.02


def test_steady_welds_have_the_depth_that_they_were_set_for(calm) -> None:
    for weld in calm:
        if weld.design.cause == "none":
            first = weld.states.pool.free_depth_mm.values[64:128].mean()
            power = 0.65 * weld.design.current_a * (12.7 + 0.01 * weld.design.current_a)
            width = pool.free_width(np.array(power), np.array(weld.design.speed_mm_s))
            assert first == pytest.approx(float(pool.free_depth(width, np.array(power))), rel=0.015)
            assert 1.0 < first / 3 < 1.2


def test_pollution_of_a_constant_film_is_an_exponential() -> None:
    film = np.full(20 * 64, 0.45)
    times = (np.arange(len(film)) + 1) / RATE
    assert polluted(film) == pytest.approx(1 - np.exp(-0.30 * times / 3.0))
    assert not polluted(np.full(640, 0.15)).any()


def test_the_control_follows_and_leaves_nothing_in_a_steady_weld(calm) -> None:
    for weld in calm:
        if weld.design.start == 0 and weld.design.end == 1:
            error = weld.states.drive.arc_error_mm.values
            assert np.abs(error[-320:]).max() < 0.03


def test_a_longer_arc_lowers_the_current_until_it_is_followed(calm) -> None:
    weld = calm[0]
    arc = weld.inputs.arc_mm + (np.arange(len(weld.inputs.arc_mm)) >= 640)
    longer = simulate_states(weld.joint, replace(weld.inputs, arc_mm=arc))
    usual = weld.states.drive.current_a.values
    change = longer.drive.current_a.values - usual
    assert not change[:640].any()
    assert change[640] == pytest.approx(-1.5, abs=0.1)
    assert abs(change[-1]) < 0.2


def test_dips_are_in_speed_and_current_and_told(many) -> None:
    per_s = np.zeros(2)
    for weld in many[:30]:
        dips, inputs = weld.inputs.dips, weld.inputs
        assert np.all(np.diff(dips.time_s) >= 0)
        per_s += np.bincount(dips.kind, minlength=2) / (30 * weld.states.duration_s)
        for at in np.flatnonzero((dips.time_s > 1) & (dips.time_s < 38)):
            values = (inputs.speed_mm_s, inputs.current_a)[dips.kind[at]]
            middle = round((dips.time_s[at] + dips.length_s[at] / 2) * RATE)
            before = np.median(values[middle - 64 : middle])
            assert values[middle] < before * (1 - 0.6 * dips.depth[at]) or before < values[middle - 65]
    assert per_s == pytest.approx([0.05, 0.03], abs=0.015)


def test_no_hidden_disturbance_leaves_the_set_values(calm) -> None:
    for weld in calm:
        if weld.design.cause == "none":
            assert np.allclose(weld.inputs.current_a, weld.design.current_a)
            assert np.allclose(weld.inputs.speed_mm_s, weld.design.speed_mm_s)


@pytest.mark.parametrize(("imbalance", "expected"), [(0.0, NEAR_EQUAL), (1.0, AS_5083)])
def test_causes_come_as_often_as_stated(imbalance, expected) -> None:
    rng = np.random.default_rng(4)
    drawn = [draw_design(rng, imbalance).cause for _ in range(6000)]
    found = np.array([drawn.count(cause) / len(drawn) for cause in CAUSES])
    assert np.abs(found - np.array(expected) / sum(expected)).max() < 0.02
    assert shares(imbalance).sum() == pytest.approx(1)


def test_the_spread_widens_current_and_depth_about_their_middle() -> None:
    rng = np.random.default_rng(4)
    for factor in (0.0, 1.0, 2.0):
        drawn = np.array([draw_design(rng, spread=factor).current_a for _ in range(3000)])
        assert drawn.mean() == pytest.approx(130, abs=0.6)
        assert drawn.std() == pytest.approx(factor * 20 / np.sqrt(12), rel=0.05, abs=1e-9)


def test_inputs_last_as_long_as_asked(many) -> None:
    weld = many[0]
    short = draw_inputs(weld.joint, weld.design, 10.0, 1.0, np.random.default_rng(0))
    assert {len(v) for v in vars(short).values() if isinstance(v, np.ndarray)} == {640}
