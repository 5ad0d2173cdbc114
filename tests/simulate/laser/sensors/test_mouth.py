"""Shape of the keyhole's mouth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ellipe

from weldfusion.simulate.laser.sensors.mouth import Mouth, elongation, mouth_at


@given(st.floats(1e-5, 1e-2), st.floats(1.0, 1.6))
def test_perimeter_is_that_of_an_ellipse(width: float, ratio: float) -> None:
    length = width * ratio
    exact = 4 * length * ellipe(1 - (width / length) ** 2)
    assert Mouth(np.array(length), np.array(width)).perimeter_m == pytest.approx(exact, rel=1e-5)


def test_area_is_that_of_the_states(some_states) -> None:
    for states in some_states:
        times = np.linspace(0.1, 1.9, 500)
        found = mouth_at(states, times).area_m2
        radius, opening = states.heat.radius_m.at(times), states.keyhole.opening.at(times)
        expected = np.pi * radius**2 * opening * (1 + 0.25 * states.speed_m_s / 0.1)
        assert np.allclose(found, expected, rtol=1e-12)


def test_mouth_is_longer_the_faster_the_weld_and_closed_without_laser(some_states) -> None:
    assert elongation(0.0) == 1
    assert elongation(0.1) == 1.25
    assert mouth_at(some_states[0], np.array([-0.01, 2.01])).area_m2.tolist() == [0, 0]
