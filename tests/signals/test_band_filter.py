from fractions import Fraction

import numpy as np
import pytest
from scipy.signal import butter, sosfreqz

from weldfusion.errors import SignalError
from weldfusion.signals.band_filter import BandFilter, band_filtered


@pytest.mark.parametrize(
    ("low", "high", "kind"), [(20, 80, "bandpass"), (None, 50, "lowpass"), (50, None, "highpass")]
)
def test_gain_is_the_square_of_the_filters_and_nothing_moves(
    low: float | None, high: float | None, kind: str
):
    edges = [e for e in (low, high) if e is not None]
    sos = butter(4, edges if len(edges) == 2 else edges[0], kind, fs=1000, output="sos")
    times = np.arange(8000) / 1000
    for frequency in (10, 30, 50, 70, 200):
        gain = np.abs(sosfreqz(sos, worN=[frequency], fs=1000)[1][0]) ** 2
        sine = np.sin(2 * np.pi * frequency * times)
        found = band_filtered(sine, 1000, low, high)
        assert np.allclose(found[3000:5000], gain * sine[3000:5000], atol=1e-4)


def test_step_and_errors():
    values = np.random.default_rng(0).normal(size=(3, 500)).astype(np.float32)
    found, rate = BandFilter(low_hz=5)(values, Fraction(100))
    assert (found.shape, found.dtype, rate) == (values.shape, np.float32, 100)
    assert np.allclose(found, band_filtered(values, 100, 5, None), atol=1e-6)
    for low, high in ((None, 60), (30, 20), (0, 20)):
        with pytest.raises(SignalError, match="between 0 and half the rate"):
            band_filtered(values, 100, low, high)
    with pytest.raises(SignalError, match="at least one"):
        BandFilter()
    with pytest.raises(SignalError, match="fixed rate"):
        BandFilter(low_hz=5)(values, None)
