"""Periods, current and voltage against the knots of the cycle, and meters against the arc."""

import numpy as np
import pytest

from weldfusion.simulate.cmt.preset import CMT, ROBOT_MAG
from weldfusion.simulate.cmt.sensors.electrical import CURRENT, VOLTAGE
from weldfusion.simulate.sensors.clock import Clock

NOMINAL_WIRE = 5 / 60


def test_periods_have_the_stated_mean_and_jitter(steady) -> None:
    states = steady(NOMINAL_WIRE, seconds=60.0)
    periods = np.diff(states.arc.starts_s)
    expected = np.mean(1 / states.cycle_hz.values)
    assert periods.mean() == pytest.approx(expected, rel=4 * 0.12 / np.sqrt(len(periods)))
    assert periods.std() / periods.mean() == pytest.approx(0.12, abs=0.01)
    assert states.arc.starts_s[-1] >= 60.0


def test_short_circuits_of_robot_mag_are_irregular(steady) -> None:
    periods = np.diff(steady(NOMINAL_WIRE, seconds=60.0, preset=ROBOT_MAG).arc.starts_s)
    assert 0.55 < periods.std() / periods.mean() < 0.75
    assert 40 < 1 / periods.mean() < 120
    assert periods.min() >= 3e-3 - 1e-9


def test_current_and_voltage_pass_through_the_knots(steady) -> None:
    arc = steady(NOMINAL_WIRE).arc
    begin, period = arc.starts_s[10], arc.starts_s[11] - arc.starts_s[10]
    inner = np.array(CMT.cycle.knots[1:-1])
    times = begin + inner * period
    assert arc.current(times) == pytest.approx(np.array(CMT.cycle.current_a[1:-1]), rel=1e-6)
    assert arc.voltage(times) == pytest.approx(np.array(CMT.cycle.voltage_v[1:-1]), rel=1e-6)


def test_more_wire_needs_more_current_by_its_power_of_six_tenths(steady) -> None:
    low, high = steady(NOMINAL_WIRE).arc, steady(2 * NOMINAL_WIRE).arc
    tops = [max(arc.current(np.linspace(1, 3, 20_001))) for arc in (low, high)]
    assert tops[1] / tops[0] == pytest.approx(2**0.6, rel=1e-3)


def test_the_arc_is_out_in_the_wait_and_before_and_after_the_weld(steady) -> None:
    arc = steady(NOMINAL_WIRE).arc
    waits = arc.waits()[5:50]
    assert np.all(arc.voltage(waits.mean(axis=1)) == pytest.approx(3.0))
    outside = np.array([-0.005, -1e-6, 4.1])
    assert np.all(arc.current(outside) == 0)
    assert np.all(arc.voltage(outside) == 0)


@pytest.mark.parametrize(("meter", "knots"), [(CURRENT, CMT.cycle.current_a), (VOLTAGE, CMT.cycle.voltage_v)])
def test_a_meter_reads_the_mean_of_the_cycle(steady, plain_groups, meter, knots) -> None:
    states = steady(NOMINAL_WIRE, seconds=20.0)
    clock = Clock(10_000.0)
    signal = meter.record(
        states, meter.setup(plain_groups, 1.0), clock, np.zeros((0, 2)), np.random.default_rng(0)
    )
    inside = signal[0][1_000:-1_000]
    expected = np.trapezoid(knots, CMT.cycle.knots)
    assert inside.mean() == pytest.approx(expected, rel=0.01)
    assert signal.dtype == np.float32
    assert np.allclose(
        signal * 2**11 / meter.full_scale, np.rint(signal * 2**11 / meter.full_scale), atol=1e-3
    )
