"""Resampling against sinusoids known by formula and against scipy."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from weldfusion.signals.resample import resample, resampled_length, simple_ratio

INNER = slice(200, -200)


def tone(hertz: float, rate: float, count: int) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(count) / rate + 0.3)


@pytest.mark.parametrize(("old", "new"), [(44100, 16000), (16000, 44100), (48000, 16000), (16000, 16000)])
def test_tones_of_the_pass_band_are_kept(old, new):
    for hertz in (50.0, 1000.0, 0.35 * min(old, new)):
        out = resample(tone(hertz, old, old)[None], Fraction(new, old))
        assert out.shape == (1, new)
        assert np.abs(out[0] - tone(hertz, new, new))[INNER].max() < 0.01


def test_tones_above_the_new_band_do_not_come_back_as_aliases():
    for hertz in (9500.0, 12000.0, 20000.0):
        out = resample(tone(hertz, 44100, 44100)[None], Fraction(16000, 44100))
        assert np.abs(out[0][INNER]).max() < 10 ** (-40 / 20)


def test_equals_scipy_for_a_signal_that_starts_and_ends_at_zero():
    x = tone(700, 44100, 4410) * np.hanning(4410)
    ours = resample(x, Fraction(160, 441))
    np.testing.assert_allclose(ours, resample_poly(x, 160, 441), atol=1e-6)


def test_an_offset_and_a_trend_do_not_sag_at_the_edges():
    line = 5 + 0.01 * np.arange(900.0)
    out = resample(line, Fraction(2, 3))
    np.testing.assert_allclose(out, 5 + 0.015 * np.arange(600), atol=1e-4)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 300), st.integers(1, 40), st.integers(1, 40), st.data())
def test_exactly_as_many_samples_as_asked(time, up, down, data):
    ratio = Fraction(up, down)
    most = resampled_length(time, simple_ratio(ratio, time))
    length = data.draw(st.integers(1, most))
    out = resample(np.random.default_rng(0).standard_normal((2, time)), ratio, length)
    assert out.shape == (2, length)
    assert out.dtype == np.float32
    assert np.isfinite(out).all()


@settings(max_examples=50, deadline=None)
@given(st.fractions(Fraction(1, 100), 100), st.integers(1, 10**6))
def test_a_simplified_ratio_shifts_no_sample(ratio, time):
    simple = simple_ratio(ratio, time)
    assert abs(simple - ratio) * time <= 0.01
    assert simple.denominator <= ratio.denominator


@pytest.mark.parametrize(
    ("values", "ratio", "length", "message"),
    [
        (np.array([1.0, np.nan]), Fraction(1, 2), None, "NaN or infinity"),
        (np.array([1.0, np.inf]), Fraction(1, 2), None, "NaN or infinity"),
        (np.zeros((2, 0)), Fraction(1), None, "no sample"),
        (np.zeros(4), Fraction(0), None, "ratio must be above 0"),
        (np.zeros(4), Fraction(1, 2), 3, "length must be 1 to 2"),
    ],
)
def test_wrong_input_is_refused(values, ratio, length, message):
    with pytest.raises(ValueError, match=message):
        resample(values, ratio, length)
