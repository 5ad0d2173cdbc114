"""Checking signals before they are processed."""

import numpy as np

from weldfusion.errors import SignalError


def checked_signals(values: np.ndarray, least: int) -> np.ndarray:
    """`values` (..., time) as float64 (signals, time).

    Raises SignalError where a signal is shorter than `least` samples, holds NaN or infinity, or is constant.

    >>> checked_signals(np.array([1.0, 2.0]), 8)
    Traceback (most recent call last):
        ...
    weldfusion.errors.SignalError: signal: has 2 samples, needs at least 8
    """
    values = np.asarray(values)
    if values.dtype.kind not in "fiu":
        raise SignalError(f"signal: is of type {values.dtype}, must be real numbers")
    time = values.shape[-1] if values.ndim else 0
    if time < least:
        raise SignalError(f"signal: has {time} samples, needs at least {least}")
    if values.size == 0:
        raise SignalError(f"signal: the array of shape {values.shape} holds no signal")
    rows = np.ascontiguousarray(values, np.float64).reshape(-1, time)
    for number, row in enumerate(rows):
        name = "signal" if len(rows) == 1 else f"signal {_place(number, values.shape[:-1])}"
        finite = np.isfinite(row)
        if not finite.all():
            first = int(np.argmin(finite))
            raise SignalError(f"{name}: sample {first} is {row[first]}; fill or cut out missing samples first")
        if row.min() == row.max():
            raise SignalError(f"{name}: is constant ({row[0]:g}); there is nothing to decompose")
    return rows


def _place(number: int, shape: tuple[int, ...]) -> str:
    return str(tuple(int(i) for i in np.unravel_index(number, shape)))
