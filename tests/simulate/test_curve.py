"""Interpolation of states at sensor times."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.simulate.curve import Curve


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=4, max_size=4), st.integers(0, 1000))
def test_cubic_polynomials_are_exact(coefficients: list[float], seed: int) -> None:
    rate = 100.0
    curve = Curve(np.polyval(coefficients, np.arange(200) / rate), rate)
    times = np.random.default_rng(seed).uniform(0, 1.99, 50)
    assert np.allclose(curve.at(times), np.polyval(coefficients, times), atol=1e-9)


def test_outside_of_the_weld_the_laser_is_off() -> None:
    curve = Curve(np.full(100, 3.0), 100.0)
    found = curve.at(np.array([-1e-6, 0.0, 0.99, 1.0]), outside=np.nan)
    assert np.isnan(found[[0, 3]]).all()
    assert np.allclose(found[[1, 2]], 3.0)
