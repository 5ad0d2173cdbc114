"""Correlation of the changes of two recordings over their lag, to be looked at."""

from fractions import Fraction

import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.finite import check_signal
from weldfusion.signals.resample import resample


def correlation_curve(
    first: np.ndarray, first_hz: float, second: np.ndarray, second_hz: float, most_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """Lags in seconds within ±`most_s`, and the correlation, -1 to 1, of the sample-to-sample changes of
    `first` (time,) with those of `second` so much later, both at the lower of the two rates.

    The events of `second` come later by the lag of the peak. `synchronise.find_offset` looks closer.

    >>> step = np.repeat([0.0, 1.0, 1.5], 50)
    >>> lags, curve = correlation_curve(step[10:], 100, step[:-10], 100, most_s=0.5)
    >>> float(lags[curve.argmax()].round(6)), float(curve.max().round(6))
    (0.1, 1.0)
    """
    from scipy.signal import correlate, correlation_lags

    rate = min(first_hz, second_hz)
    changes = []
    for values, hertz, name in ((first, first_hz, "first"), (second, second_hz, "second")):
        array = check_signal(values, 3, name)
        ratio = Fraction(rate / hertz).limit_denominator(100_000)
        steps = np.diff(array if ratio == 1 else resample(array, ratio)).astype(np.float64)
        size = float(np.sqrt(np.square(steps).sum()))
        if size == 0:
            raise SignalError(f"{name} is constant; there is no event to correlate")
        changes.append(steps / size)
    curve = correlate(changes[1], changes[0], method="fft")
    lags = correlation_lags(len(changes[1]), len(changes[0])) / rate
    inside = np.abs(lags) <= most_s
    return lags[inside], curve[inside]
