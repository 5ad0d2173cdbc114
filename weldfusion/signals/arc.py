"""Where the weld is inside a recording: from arc on to arc off."""

from dataclasses import dataclass

import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.finite import check_signal

SHORTEST = 16
LEVELS = 256
QUIETEST = 0.05  # of the step: smaller noise is not believed
SEPARATION = 3.0
AROUND = 2_000


@dataclass(frozen=True)
class Arc:
    """Seconds from the first sample, with standard deviations; NaN deviation where the recording begins or
    ends while the arc burns, so that the edge lies outside.

    Args:
        begin_s, end_s: arc on and arc off.
        begin_sd_s, end_sd_s: their standard deviations.
        off_level, on_level: median of the signal without and with arc.
    """

    begin_s: float
    end_s: float
    begin_sd_s: float
    end_sd_s: float
    off_level: float
    on_level: float


def find_arc(values: np.ndarray, rate: float, shortest_s: float = 0.5) -> Arc:
    """Arc on and arc off from a signal that is higher while the arc burns: current, power, sound level.

    Two levels are told apart by Otsu's threshold (1979, doi:10.1109/TSMC.1979.4310076) on the running
    median, stretches shorter than `shortest_s` do not count, and the arc lasts from the first to the last
    that is left. At each end, the instant is the mean of the likelihood of a step from one level and noise
    to the other's, and its deviation that of the likelihood and the sampling.

    Args:
        values: (time,), finite, at least 16 samples. Of a sound take `sound_level` first.
        rate: samples per second.
        shortest_s: shortest stretch of arc, or of pause at the ends, to be believed.

    Raises SignalError where the signal cannot be used or its two levels do not differ clearly.

    >>> current = np.concatenate([np.zeros(50), np.full(100, 180.0), np.zeros(50)])
    >>> arc = find_arc(current, rate=100)
    >>> round(arc.begin_s, 3), round(arc.end_s, 3)
    (0.495, 1.495)
    """
    array = check_signal(values, SHORTEST).astype(np.float64)
    if array.ndim != 1:
        raise SignalError(f"values must be one channel (time,), have shape {array.shape}")
    if not rate > 0 or not shortest_s >= 0:
        raise SignalError(f"rate must be above 0, shortest_s 0 or more; are {rate} and {shortest_s}")
    on = _long_enough(array > otsu(array), max(1, round(shortest_s * rate)))
    _check_levels(array, on)
    first, last = np.flatnonzero(on)[[0, -1]]
    begin = _step(array, int(first), on) if first > 0 else (0.0, float("nan"))
    end = (len(array) - 1.0, float("nan"))
    if last < len(array) - 1:
        place, spread = _step(array[::-1], len(array) - 1 - int(last), on[::-1])
        end = len(array) - 1 - place, spread
    off_level, on_level = float(np.median(array[~on])), float(np.median(array[on]))
    return Arc(begin[0] / rate, end[0] / rate, begin[1] / rate, end[1] / rate, off_level, on_level)


def sound_level(values: np.ndarray, rate: float, per_s: float = 100.0) -> tuple[np.ndarray, float]:
    """Level in dB (of the rms, 0 dB = 1) of successive pieces of a sound, and the pieces' exact rate.

    Args:
        values: (..., time), finite.
        rate: samples per second.
        per_s: about how many levels a second.

    >>> level, per_s = sound_level(np.full(8000, 0.1), 8000)
    >>> level.shape, level[0].round(6), per_s
    ((100,), np.float64(-20.0), 100.0)
    """
    if not 0 < per_s <= rate:
        raise SignalError(f"per_s must be above 0 and at most the rate ({rate}), is {per_s}")
    length = max(1, round(rate / per_s))
    array = check_signal(values, length)
    count = array.shape[-1] // length
    pieces = array[..., : count * length].astype(np.float64).reshape(*array.shape[:-1], count, length)
    power = np.square(pieces).mean(axis=-1)
    floor = max(1e-12 * float(power.max()), np.finfo(float).tiny)
    return 10 * np.log10(np.maximum(power, floor)), rate / length


def otsu(values: np.ndarray) -> float:
    """Threshold that leaves the least variance within two classes of values.

    >>> 0 < otsu(np.array([0.0, 0.1, -0.1, 5.0, 5.2])) < 5
    True
    """
    counts, edges = np.histogram(values, LEVELS)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = below[-1] + counts[-1] - below
    total = np.cumsum(counts * middles)
    low = total[:-1] / np.maximum(below, 1)
    high = (total[-1] - total[:-1]) / np.maximum(above, 1)
    between = below * above * np.square(high - low)
    best = np.flatnonzero(between >= between.max() * (1 - 1e-12))
    return float((edges[best[0] + 1] + edges[best[-1] + 1]) / 2)


def _long_enough(on: np.ndarray, shortest: int) -> np.ndarray:
    """Smoothed by the majority of `shortest` samples around each; then stretches of arc are joined."""
    half = shortest // 2
    total = np.concatenate([[0], np.cumsum(np.pad(on, half, mode="edge"))])
    steady = 2 * (total[2 * half + 1 :] - total[: -2 * half - 1]) > 2 * half + 1
    places = np.flatnonzero(steady)
    if len(places):
        steady[places[0] : places[-1] + 1] = True
    return steady


def _check_levels(array: np.ndarray, on: np.ndarray) -> None:
    if on.all() or not on.any():
        raise SignalError("values show no arc on or off: one level throughout; use another channel")
    step = np.median(array[on]) - np.median(array[~on])
    noise = np.hypot(*(np.subtract(*np.quantile(array[at], (0.84, 0.16))) / 2 for at in (on, ~on)))
    if not step > SEPARATION * noise / np.sqrt(2):
        raise SignalError(
            f"values with and without arc differ by {step:.3g}, with noise of {noise:.3g}: no clear arc on "
            "or off; use another channel, or its level"
        )


def _step(array: np.ndarray, place: int, on: np.ndarray) -> tuple[float, float]:
    """Instant (in samples) and deviation of the step upwards near `place`, by its likelihood."""
    pause = place
    burning = int(np.argmin(on[place:])) or len(on) - place
    before, after = min(pause, AROUND), min(burning, AROUND)
    near = array[place - before : place + after]
    low, high = np.median(array[place - pause : place]), np.median(array[place : place + burning])
    least = QUIETEST * abs(high - low)
    sides = [(array[place - pause : place], low), (array[place : place + burning], high)]
    spread = [max(1.4826 * float(np.median(np.abs(x - level))), least) for x, level in sides]
    cost = [0.5 * np.square((near - m) / s) + np.log(s) for m, s in zip((low, high), spread, strict=True)]
    total = np.concatenate([[0.0], np.cumsum(cost[0] - cost[1])])
    probability = np.exp(total.min() - total)
    probability /= probability.sum()
    edges = np.arange(len(total)) + place - before - 0.5
    mean = float(probability @ edges)
    return mean, float(np.sqrt(probability @ np.square(edges - mean) + 1 / 12))
