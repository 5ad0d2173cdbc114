"""Depth, width and rate of cycles: exponents and slopes that the formulas state, by finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weldfusion.simulate.cmt.pool import cycle_rate, free_depth, pool_width, wire_for_depth

WIRES = np.linspace(3, 9, 7) / 60
GAPS = np.zeros(7)
ARC = np.full(7, 3e-3)


def slope(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def test_the_stated_depth_of_5_m_per_min() -> None:
    assert float(free_depth(np.array(5 / 60), 5e-3, np.array(0.0))) == pytest.approx(2.4e-3)


def test_depth_rises_with_wire_and_falls_with_speed() -> None:
    assert slope(WIRES, free_depth(WIRES, 5e-3, GAPS)) == pytest.approx(0.8)
    speeds = np.array([3e-3, 5e-3, 8e-3])
    depths = np.array([float(free_depth(np.array(0.1), speed, np.array(0.0))) for speed in speeds])
    assert slope(speeds, depths) == pytest.approx(-0.5)


def test_a_millimetre_of_gap_adds_half_and_one_of_arc_takes_six_per_cent() -> None:
    none, one = (float(free_depth(np.array(0.1), 5e-3, np.array(gap))) for gap in (0.0, 1e-3))
    assert one / none == pytest.approx(1.5)
    longer = float(free_depth(np.array(0.1), 5e-3, np.array(0.0), 4e-3))
    assert longer / none == pytest.approx(0.94)


@given(st.floats(1.5e-3, 5e-3), st.floats(3e-3, 8e-3), st.floats(0, 1e-3))
def test_the_wire_for_a_depth_gives_that_depth(depth: float, speed: float, gap: float) -> None:
    wire = wire_for_depth(depth, speed, gap)
    assert float(free_depth(np.array(wire), speed, np.array(gap))) == pytest.approx(depth)


def test_width() -> None:
    plain = pool_width(WIRES, 5e-3, GAPS + 0.4e-3, GAPS, ARC)
    assert slope(WIRES, plain) == pytest.approx(0.5)
    assert plain[np.searchsorted(WIRES, 5 / 60 - 1e-9)] == pytest.approx(6e-3)
    sagging = pool_width(WIRES, 5e-3, GAPS + 0.4e-3, GAPS + 1e-3, ARC)
    assert sagging / plain == pytest.approx(np.full(7, 0.94))


def test_the_arc_cycles_slower_with_a_longer_arc_and_with_sag() -> None:
    wire = np.array([5 / 60, 6 / 60])
    assert cycle_rate(wire, np.full(2, 3e-3), np.zeros(2)) == pytest.approx([80, 83])
    assert cycle_rate(wire, np.full(2, 4e-3), np.zeros(2)) == pytest.approx([74, 77])
    assert cycle_rate(wire, np.full(2, 3e-3), np.full(2, 1e-3)) == pytest.approx([77, 80])
