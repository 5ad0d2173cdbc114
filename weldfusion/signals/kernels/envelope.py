"""Cubic spline envelopes drawn at the samples of a signal.

Long segments are loops over slices (vector instructions), short ones are drawn four samples at a time:
what runs over their end is drawn again by the next segment, so arrays need SPARE samples after their end.
"""

import numpy as np

from weldfusion.signals.kernels.compiled import compiled

SHORT = 8
SPARE = 4


@compiled
def draw_upper(
    at: np.ndarray,
    value: np.ndarray,
    chord: np.ndarray,
    slope: np.ndarray,
    tables: np.ndarray,
    out: np.ndarray,
    size: int,
) -> None:
    """The spline on the knots `at` at samples 0 to size - 1 into `out`; `tables` holds j and 1 / j."""
    ramp = tables[0]
    for k in range(len(at) - 1):
        c0, c1, c2, c3 = _cubic(at, value, chord, slope, tables[1], k)
        begin, stop = max(at[k], 0), max(min(at[k + 1], size), 0)
        s = float(begin - at[k])
        if stop - begin > SHORT:
            part = out[begin:stop]
            for j in range(len(part)):
                part[j] = _at(c0, c1, c2, c3, s + ramp[j])
            continue
        i = np.uint64(begin)
        while i < np.uint64(stop):
            v0, v1 = _at(c0, c1, c2, c3, s), _at(c0, c1, c2, c3, s + 1.0)
            v2, v3 = _at(c0, c1, c2, c3, s + 2.0), _at(c0, c1, c2, c3, s + 3.0)
            out[i], out[i + np.uint64(1)], out[i + np.uint64(2)], out[i + np.uint64(3)] = v0, v1, v2, v3
            i += np.uint64(4)
            s += 4.0
    if at[-1] == size - 1:
        out[size - 1] = value[len(at) - 1]


@compiled
def take_mean(
    at: np.ndarray,
    value: np.ndarray,
    chord: np.ndarray,
    slope: np.ndarray,
    tables: np.ndarray,
    upper: np.ndarray,
    x: np.ndarray,
    out: np.ndarray,
    size: int,
) -> None:
    """`x` less the mean of `upper` and this spline into `out`; drawn as in `draw_upper`."""
    ramp = tables[0]
    for k in range(len(at) - 1):
        c0, c1, c2, c3 = _cubic(at, value, chord, slope, tables[1], k)
        begin, stop = max(at[k], 0), max(min(at[k + 1], size), 0)
        s = float(begin - at[k])
        if stop - begin > SHORT:
            part, up, old = out[begin:stop], upper[begin:stop], x[begin:stop]
            for j in range(len(part)):
                part[j] = old[j] - 0.5 * (up[j] + _at(c0, c1, c2, c3, s + ramp[j]))
            continue
        i = np.uint64(begin)
        while i < np.uint64(stop):
            v0, v1 = _at(c0, c1, c2, c3, s), _at(c0, c1, c2, c3, s + 1.0)
            v2, v3 = _at(c0, c1, c2, c3, s + 2.0), _at(c0, c1, c2, c3, s + 3.0)
            i1, i2, i3 = i + np.uint64(1), i + np.uint64(2), i + np.uint64(3)
            v0, v1 = x[i] - 0.5 * (upper[i] + v0), x[i1] - 0.5 * (upper[i1] + v1)
            v2, v3 = x[i2] - 0.5 * (upper[i2] + v2), x[i3] - 0.5 * (upper[i3] + v3)
            out[i], out[i1], out[i2], out[i3] = v0, v1, v2, v3
            i += np.uint64(4)
            s += 4.0
    if at[-1] == size - 1:
        out[size - 1] = x[size - 1] - 0.5 * (upper[size - 1] + value[len(at) - 1])


@compiled
def _at(c0: float, c1: float, c2: float, c3: float, s: float) -> float:
    return c0 + s * (c1 + s * (c2 + s * c3))


@compiled
def _cubic(
    at: np.ndarray, value: np.ndarray, chord: np.ndarray, slope: np.ndarray, inverse: np.ndarray, k: int
) -> tuple[float, float, float, float]:
    r = inverse[np.uint64(at[k + 1] - at[k])]
    t = (slope[k] + slope[k + 1] - 2.0 * chord[k]) * r
    return value[k], slope[k], (chord[k] - slope[k]) * r - t, t * r
