"""The check of signals that are to be decomposed."""

import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.finite import check_signal


def checked_signals(values: np.ndarray, shortest: int) -> np.ndarray:
    """`values` (..., time) as float64 (signals, time).

    Raises SignalError where a signal has under `shortest` samples, NaN or infinity, or is constant.

    >>> checked_signals(np.array([1.0, 1.0]), 2)
    Traceback (most recent call last):
        ...
    weldfusion.errors.SignalError: values are constant (1); there is nothing to decompose
    """
    array = check_signal(values, shortest)
    if array.size == 0:
        raise SignalError(f"values of shape {array.shape} hold no signal")
    rows = np.ascontiguousarray(array, np.float64).reshape(-1, array.shape[-1])
    for number, row in enumerate(rows):
        if row.min() == row.max():
            place = [int(i) for i in np.unravel_index(number, array.shape[:-1])] or ""
            raise SignalError(f"values{place} are constant ({row[0]:g}); there is nothing to decompose")
    return rows
