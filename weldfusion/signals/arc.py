"""Where the weld is inside a recording: from arc on to arc off."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from weldfusion.errors import SignalError
from weldfusion.signals.finite import check_signal
from weldfusion.signals.steepness import steepness

SHORTEST = 16
LEVELS = 256
QUIETEST = 0.05  # of the step: smaller noise is not believed
SEPARATION = 2.0
LEAST_STEEP = 2.0  # change at an edge over changes elsewhere
FEWEST, SHARE = 8, 16  # samples, and parts of the arc, that a change is measured over at least
NORMAL = 1.4826  # sd of normal values / median absolute deviation
CLIP = 8.0  # log-likelihood that one sample may count: a glitch is no arc
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

    Two levels are told apart by Otsu's threshold (1979, doi:10.1109/TSMC.1979.4310076) on the running mean
    over a fifth of `shortest_s`. The arc is the stretch above it, or several with pauses under `shortest_s`
    (an ignition that goes out and comes back), of which one lasts for `shortest_s`; where a longer pause lies
    between two such stretches, it lasts from the first to the last, so cut recordings of several welds
    before. At each end, the instant
    is the mean of the likelihood of a step from one level and noise to the other's, and its deviation that of
    the likelihood and of the sampling; a current that rises slowly is taken where it leaves the lower level.

    A signal that drifts is refused: at both ends it must change twice as fast as elsewhere, over
    `shortest_s`, 8 samples or 1/16 of the arc, whichever is longest. Of random walks 6 to 23 % still pass,
    the fewer the longer they are.

    Args:
        values: (time,), finite, at least 16 samples. Of a sound take `sound_level` first.
        rate: samples per second.
        shortest_s: shortest arc, and shortest pause that parts a short glitch from it.

    Raises SignalError where the signal cannot be used, its two levels do not differ clearly or it drifts from
    one to the other.

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
    on, above = _burning(array, shortest_s * rate)
    _check_levels(array, on)
    first, last = (int(i) for i in np.flatnonzero(on)[[0, -1]])
    _check_edges(array, on, first, last, shortest_s * rate)
    begin, end = (0.0, float("nan")), (len(array) - 1.0, float("nan"))
    if first > 0:
        begin = _step(array, first, on, above)
    if last < len(array) - 1:
        place, spread = _step(array[::-1], len(array) - 1 - last, on[::-1], above[::-1])
        end = len(array) - 1 - place, spread
    off_level, on_level = float(np.median(array[~on])), float(np.median(array[on]))
    return Arc(begin[0] / rate, end[0] / rate, begin[1] / rate, end[1] / rate, off_level, on_level)


def sound_level(values: np.ndarray, rate: float, per_s: float = 20.0) -> tuple[np.ndarray, float]:
    """Level in dB (of the rms, 0 dB = 1) of successive pieces of a sound, and the pieces' exact rate.

    Args:
        values: (..., time), finite.
        rate: samples per second.
        per_s: about how many levels a second.

    >>> level, per_s = sound_level(np.full(8000, 0.1), 8000)
    >>> level.shape, level[0].round(6), per_s
    ((20,), np.float64(-20.0), 20.0)
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


def _burning(array: np.ndarray, shortest: float) -> tuple[np.ndarray, np.ndarray]:
    """Where the arc burns, pauses under `shortest` samples included; and where it is above the threshold."""
    fine = _running_mean(array, shortest / 5)
    threshold = otsu(fine)
    above, steady = fine > threshold, _running_mean(array, shortest) > threshold
    edges = np.flatnonzero(np.diff(np.concatenate([[False], above, [False]]).astype(int))).reshape(-1, 2)
    on = np.zeros(len(array), bool)
    if len(edges):
        apart = np.flatnonzero(edges[1:, 0] - edges[:-1, 1] >= max(shortest, 1)) + 1
        for stretch in np.split(edges, apart):
            at = slice(stretch[0, 0], stretch[-1, 1])
            on[at] = steady[at].any()
    places = np.flatnonzero(on)
    if len(places):
        on[places[0] : places[-1] + 1] = True
    return on, above


def _running_mean(array: np.ndarray, window: float) -> np.ndarray:
    return uniform_filter1d(array, 2 * int(window / 2) + 1, mode="nearest")


def _check_levels(array: np.ndarray, on: np.ndarray) -> None:
    if on.all() or not on.any():
        raise SignalError("values show no arc on or off: one level throughout; use another channel")
    low, high = array[~on], array[on]
    step = float(np.median(high) - np.median(low))
    noise = max(_spread(x) for x in (low, high))
    if not step > SEPARATION * noise:
        raise SignalError(
            f"values with and without arc differ by {step:.3g}, with noise of {noise:.3g}: no clear arc on "
            "or off; use another channel, or its level"
        )


def _check_edges(array: np.ndarray, on: np.ndarray, first: int, last: int, shortest: float) -> None:
    rises = [first] if first > 0 else []
    falls = [last + 1] if last < len(array) - 1 else []
    level = float(np.median(array[~on]) + np.median(array[on])) / 2
    window = max(round(shortest), FEWEST, int(on.sum()) // SHARE)
    found = steepness(array, rises, falls, level, window)
    if found < LEAST_STEEP:
        raise SignalError(
            f"values change only {found:.2f} times as fast at the ends of the arc as elsewhere, an arc takes "
            f"{LEAST_STEEP:g}: they drift; use another channel, or its level"
        )


def _spread(values: np.ndarray) -> float:
    return NORMAL * float(np.median(np.abs(values - np.median(values))))


def _step(array: np.ndarray, place: int, on: np.ndarray, above: np.ndarray) -> tuple[float, float]:
    """Instant (in samples) and deviation of the first step upwards near `place`, by its likelihood."""
    pause, stretch = array[:place], int(np.argmin(np.append(above[place:], False)))
    low, high = float(np.median(pause)), float(np.median(array[on]))
    least = QUIETEST * abs(high - low)
    start, end = max(place - AROUND, 0), place + min(max(stretch, 1), AROUND)
    near = array[start:end]
    spread = [max(_spread(x), least) for x in (pause, array[on])]
    cost = [0.5 * np.square((near - m) / s) + np.log(s) for m, s in zip((low, high), spread, strict=True)]
    gain = np.clip(cost[0] - cost[1], -CLIP, CLIP)
    total = np.concatenate([[0.0], np.cumsum(gain)])
    probability = np.exp(total.min() - total)
    probability /= probability.sum()
    edges = np.arange(len(total)) + start - 0.5
    mean = float(probability @ edges)
    return mean, float(np.sqrt(probability @ np.square(edges - mean) + 1 / 12))
