"""Steps and plateaus without the noise on them: translation-invariant Haar thresholding."""

import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.finite import check_signal


def denoised_steps(values: np.ndarray) -> np.ndarray:
    """A signal in which only what exceeds white noise is left; steps stay sharp.

    Stationary Haar transform, all shifts averaged (Coifman & Donoho 1995,
    doi:10.1007/978-1-4612-2544-7_9), coefficients under the universal threshold `sd * sqrt(2 ln n)` set
    to 0; the noise's sd is the median absolute difference of neighbours / 0.6745 / sqrt(2).

    Args:
        values: (..., time), finite, at least 16 samples.

    Returns:
        (..., time) float64.

    Raises SignalError for signals that are too short or not finite.

    >>> step = np.repeat([0.0, 5.0], 200)
    >>> noisy = step + np.random.default_rng(0).normal(size=400)
    >>> bool(np.abs(denoised_steps(noisy) - step).mean() < 0.2)
    True
    """
    array = check_signal(values, 16).astype(np.float64)
    if array.size == 0:
        raise SignalError(f"values of shape {array.shape} hold no signal")
    time = array.shape[-1]
    noise = np.median(np.abs(np.diff(array)), axis=-1, keepdims=True) / 0.6745 / np.sqrt(2)
    limit = noise * np.sqrt(2 * np.log(time))
    levels = int(np.log2(time)) - 2
    reach = 1 << levels
    mean = np.pad(array, [(0, 0)] * (array.ndim - 1) + [(reach, reach)], mode="edge")
    details = []
    for level in range(levels):
        shifted = np.roll(mean, -(1 << level), axis=-1)
        detail = (mean - shifted) / 2
        details.append(np.where(np.abs(detail) > limit / np.sqrt(2 << level), detail, 0.0))
        mean = (mean + shifted) / 2
    for level, detail in reversed(list(enumerate(details))):
        mean = (mean + detail + np.roll(mean - detail, 1 << level, axis=-1)) / 2
    return mean[..., reach : reach + time]
