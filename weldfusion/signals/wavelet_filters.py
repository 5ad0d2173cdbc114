"""Filters of a wavelet, and how a signal goes on beyond its ends: one level of a wavelet transform.

As in PyWavelets: result `k` of a filter `h` of `F` taps is `sum_j h[j] · x[2k + 1 - j]`.
"""

from functools import lru_cache
from typing import Literal, get_args

import numpy as np
import pywt

from weldfusion.errors import SignalError, did_you_mean

Mode = Literal[
    "zero",
    "constant",
    "symmetric",
    "periodic",
    "smooth",
    "periodization",
    "reflect",
    "antisymmetric",
    "antireflect",
]
"""How a signal goes on beyond its ends: `pywt.Modes`."""


def check_wavelet(name: str, mode: str) -> None:
    """Raises SignalError unless `name` is one of `pywt.wavelist(kind="discrete")` and `mode` a Mode."""
    known = pywt.wavelist(kind="discrete")
    if name not in known:
        raise SignalError(f"wavelet: {name!r} is not known; {did_you_mean(name, known)}")
    if mode not in get_args(Mode):
        raise SignalError(f"mode: {mode!r} is not known; {did_you_mean(mode, get_args(Mode))}")


@lru_cache(maxsize=256)
def filters(name: str, mode: str) -> tuple[np.ndarray, int]:
    """(taps, 2) weights of the low and the high band in the order of time, and how many samples before the
    node the first result takes; both even.

    >>> filters("haar", "symmetric")[0].round(3).tolist(), filters("db2", "symmetric")[1]
    ([[0.707, 0.707], [0.707, -0.707]], 2)
    """
    wavelet = pywt.Wavelet(name)
    taps = np.stack([wavelet.dec_lo[::-1], wavelet.dec_hi[::-1]], axis=1).astype(np.float64)
    lead = len(taps) // 2 - 1 if mode == "periodization" else len(taps) - 2
    if lead % 2:
        return np.pad(taps, ((1, 1), (0, 0))), lead + 1
    return taps, lead


def band_length(time: int, taps: int, mode: str) -> int:
    """Results of each filter of `taps` taps on a node of `time` samples.

    >>> band_length(20, 4, "symmetric"), band_length(21, 4, "periodization")
    (11, 11)
    """
    return (time + 1) // 2 if mode == "periodization" else (time + taps - 1) // 2


def beyond(mode: str, time: int, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What stands at places outside of a node of `time` samples, two or more.

    Returns:
        The node's sample that stands there, (places,) indices, and (places, 3) factors: of that sample, and
        of the first and of the last sample of the node, which are added.

    >>> source, factors = beyond("antisymmetric", 3, np.array([-2, -1, 3]))
    >>> source.tolist(), factors[:, 0].tolist()
    ([1, 0, 2], [-1.0, -1.0, -1.0])
    """
    factors = np.zeros((len(places), 3))
    factors[:, 0] = 1.0
    last = time - 1
    if mode == "zero":
        return np.zeros(len(places), np.int64), 0.0 * factors
    if mode == "constant":
        return np.clip(places, 0, last), factors
    if mode == "periodic":
        return places % time, factors
    if mode == "periodization":
        return np.minimum(places % (time + time % 2), last), factors
    if mode == "smooth":
        before = places < 0
        steps = np.where(before, -places, places - last)
        factors[:, 0] = -steps
        factors[before, 1] = 1.0 + steps[before]
        factors[~before, 2] = 1.0 + steps[~before]
        return np.where(before, 1, last - 1), factors
    whole = mode in ("reflect", "antireflect")
    period = 2 * last if whole else 2 * time
    turn, place = np.divmod(places, period)
    mirrored = place > last
    source = np.where(mirrored, period - place - (0 if whole else 1), place)
    if mode in ("antisymmetric", "antireflect"):
        factors[mirrored, 0] = -1.0
    if mode == "antireflect":
        factors[:, 1] = -2.0 * turn
        factors[:, 2] = 2.0 * turn + 2.0 * mirrored
    return source, factors


def places_beyond(time: int, results: int, taps: int, lead: int) -> np.ndarray:
    """Places before and behind a node that `results` results of a filter take."""
    behind = 2 * (results - 1) + taps - lead
    return np.concatenate([np.arange(-lead, 0), np.arange(time, max(behind, time))])


def level_matrix(name: str, mode: str, time: int) -> np.ndarray:
    """(time, 2, results): a node of `time` samples times this gives its low and its high band.

    >>> (np.array([1.0, 3.0]) @ level_matrix("haar", "symmetric", 2)[..., 0]).round(3).tolist()
    [2.828, -1.414]
    """
    taps, lead = filters(name, mode)
    results = band_length(time, pywt.Wavelet(name).dec_len, mode)
    places = places_beyond(time, results, len(taps), lead)
    source, factors = beyond(mode, time, places)
    extended = np.zeros((lead + time + (places >= time).sum(), time))
    extended[lead + np.arange(time), np.arange(time)] = 1.0
    rows = places + lead
    np.add.at(extended, (rows, source), factors[:, 0])
    extended[rows, 0] += factors[:, 1]
    extended[rows, time - 1] += factors[:, 2]
    starts = 2 * np.arange(results)[:, None] + np.arange(len(taps))
    return np.einsum("kjt,jb->tbk", extended[starts], taps)
