"""Selection and reconstruction: made decompositions with known frequencies, and numpy's correlation."""

import numpy as np
import pytest

from weldfusion.errors import SignalError
from weldfusion.signals.emd import Decomposition
from weldfusion.signals.imf_selection import (
    correlated,
    in_band,
    mean_frequency,
    numbered,
    reconstruct,
    slowest,
    trend,
)

RATE = 1000.0
TIME = np.arange(2000) / RATE


@pytest.fixture
def made():
    """Two signals: three tones and a ramp; one tone and a ramp, padded with zeros."""
    tones = np.stack([np.sin(2 * np.pi * hz * TIME + 0.3) for hz in (100, 25, 4)])
    imfs = np.stack([tones, np.zeros_like(tones)])
    imfs[1, 0] = tones[1]
    return Decomposition(imfs, np.stack([TIME, -TIME]), np.array([3, 1]))


def test_mean_frequency_of_tones(made):
    np.testing.assert_allclose(mean_frequency(made.imfs[0], RATE), [100, 25, 4], rtol=0.01)


def test_band(made):
    assert in_band(made, RATE, 20, 200).tolist() == [[True, True, False], [True, False, False]]
    assert in_band(made, RATE, 0, 10).tolist() == [[False, False, True], [False, False, False]]


def test_numbers_and_slowest(made):
    assert numbered(made, [1, 3]).tolist() == [[True, False, True], [True, False, False]]
    assert slowest(made, 2).tolist() == [[False, True, True], [True, False, False]]


def test_correlation_equals_numpy(made):
    rng = np.random.default_rng(0)
    signal = made.imfs.sum(1) + rng.standard_normal((2, 2000))
    for row in range(2):
        for k in range(made.counts[row]):
            r = np.corrcoef(made.imfs[row, k], signal[row])[0, 1]
            assert correlated(made, signal, r - 1e-9)[row, k]
            assert not correlated(made, signal, r + 1e-9)[row, k]
    assert not correlated(made, signal, -1.0)[1, 1:].any()


def test_reconstruction_and_trend(made):
    fast = reconstruct(made, numbered(made, [1]))
    np.testing.assert_array_equal(fast, made.imfs[:, 0])
    np.testing.assert_array_equal(trend(made), made.residue)
    np.testing.assert_allclose(trend(made, 1)[0], made.imfs[0, 2] + TIME)
    np.testing.assert_allclose(trend(made, 1)[1], made.imfs[1, 0] - TIME)


def test_unusable_arguments_are_told(made):
    with pytest.raises(SignalError, match="high_hz"):
        in_band(made, RATE, 10, 10)
    with pytest.raises(SignalError, match="rate"):
        in_band(made, 0, 1, 10)
    with pytest.raises(SignalError, match="1 is the fastest"):
        numbered(made, [0])
    with pytest.raises(SignalError, match="count"):
        slowest(made, -1)
