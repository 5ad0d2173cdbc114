import numpy as np
import pytest

from weldfusion.errors import SignalError
from weldfusion.signals.step_denoise import denoised_steps


def test_the_average_over_all_shifts_of_a_plain_haar_transform():
    """The slow way: shift, thresholded decimated transform by pywt, shift back, mean (Coifman & Donoho)."""
    import pywt

    rng = np.random.default_rng(0)
    values = np.repeat([0.0, 3.0, 1.0, 1.0], 16) + 0.3 * rng.normal(size=64)
    noise = np.median(np.abs(np.diff(values))) / 0.6745 / np.sqrt(2)
    limit, levels = noise * np.sqrt(2 * np.log(64)), 4
    padded = np.pad(values, 16, mode="edge")
    total = np.zeros_like(padded)
    for shift in range(16):
        coefficients = pywt.wavedec(np.roll(padded, shift), "haar", mode="periodization", level=levels)
        hard = [coefficients[0], *(pywt.threshold(c, limit, "hard") for c in coefficients[1:])]
        total += np.roll(pywt.waverec(hard, "haar", mode="periodization"), -shift)
    assert np.allclose(denoised_steps(values), (total / 16)[16:-16], atol=1e-12)


def test_batches_and_bad_input():
    values = np.random.default_rng(1).normal(size=(2, 3, 100))
    assert np.array_equal(denoised_steps(values)[1, 2], denoised_steps(values[1, 2]))
    with pytest.raises(SignalError, match="at least 16"):
        denoised_steps(np.zeros(5))
