"""The check that every function of this station makes of its input."""

import numpy as np

from weldfusion.errors import SignalError


def check_signal(values: np.ndarray, shortest: int, name: str = "values") -> np.ndarray:
    """`values` as a floating-point array (..., time).

    Raises SignalError, one line, if it has no axis, fewer than `shortest` samples, or holds NaN or infinity
    (with the place of the first).

    >>> check_signal(np.array([1, 2]), shortest=2).dtype
    dtype('float64')
    """
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise SignalError(f"{name} must be real numbers, are {array.dtype}")
    array = array if array.dtype.kind == "f" else array.astype(np.float64)
    if array.ndim == 0 or array.shape[-1] < shortest:
        length = array.shape[-1] if array.ndim else 0
        raise SignalError(f"{name} have {length} samples along time, needed are at least {shortest}")
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise SignalError(f"{name}{list(place)} is {array[place]}; fill or mask NaN and infinity first")
    return array
