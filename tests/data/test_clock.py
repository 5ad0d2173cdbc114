"""Clocks: the formula of decision 6, forth and back."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from weldfusion.data.card import Modality
from weldfusion.data.clock import Clock, clock_of, exact, whole_samples
from weldfusion.data.manifest import Weld


def test_time_follows_the_formula():
    clock = Clock(Fraction(44100), offset_s=-0.25, ppm=50.0)
    i = np.array([0, 1, 44100, 10**7])
    np.testing.assert_allclose(clock.time(i), -0.25 + i / (44100 * (1 + 50e-6)), rtol=1e-14)


@given(
    st.fractions(Fraction(1, 10), 10**6, max_denominator=1000),
    st.floats(-100, 100),
    st.floats(-500, 500),
    st.integers(0, 10**8),
)
def test_index_inverts_time(rate, offset, ppm, index):
    clock = Clock(rate, offset, ppm)
    assert abs(int(clock.index(clock.time(index))) - index) <= (1 if rate > 10**5 else 0)


def test_a_fast_clock_drifts_by_its_error():
    drift = Clock(Fraction(1000), ppm=100.0).index(1000.0) - Clock(Fraction(1000)).index(1000.0)
    assert drift == 100  # 100 ppm of 1,000 s at 1 kHz


def test_span_ends_one_period_after_the_last_sample():
    assert Clock(Fraction(10), 2.0).span(5) == (2.0, 2.5)


def test_halves_round_upwards_everywhere():
    assert Clock(Fraction(1)).index(np.array([-0.5, 0.5, 1.5, 2.5])).tolist() == [0, 1, 2, 3]


def test_the_weld_goes_before_the_card():
    sound = Modality("sound", "waveform", True, rate=Fraction(10), offset_s=1.0, clock_ppm=7.0)
    weld = Weld("a", 2, offset_s={"sound": 3.0})
    assert clock_of(sound, weld, Fraction(10)) == Clock(Fraction(10), 3.0, 7.0)


def test_samples_of_a_window_are_exact():
    assert whole_samples(exact(0.1), Fraction(30)) == 3
    assert whole_samples(exact(0.3), Fraction(10)) == 3  # 0.3 * 10 is 2.999… in binary
    assert whole_samples(exact(0.25), Fraction(10)) == 3
