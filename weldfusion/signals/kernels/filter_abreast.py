"""Wavelet packets of many signals by filtering, so many abreast as fill the processor's vectors.

The same numbers as `filter_bank` but for rounding; that one is for few signals.
"""

import numpy as np

from weldfusion.signals.kernels.compiled import fused

ABREAST = 16
"""Signals that are worked on together: sample after sample, in each sample signal after signal."""


@fused
def fill_end(
    nodes: np.ndarray,
    begin: int,
    time: int,
    places: np.ndarray,
    sources: np.ndarray,
    signs: np.ndarray,
    factors: np.ndarray,
) -> None:
    """Fills samples beyond one end of a node: `places` behind its first sample, see `take_samples`."""
    first, last = begin * ABREAST, (begin + time - 1) * ABREAST
    for row in range(len(places)):
        target, source = (begin + places[row]) * ABREAST, (begin + sources[row]) * ABREAST
        for i in range(ABREAST):
            nodes[target + i] = signs[row] * nodes[source + i]
        if len(factors) > 0:
            for i in range(ABREAST):
                nodes[target + i] += (
                    factors[row, 0] * nodes[source + i]
                    + factors[row, 1] * np.float64(nodes[first + i])
                    + factors[row, 2] * np.float64(nodes[last + i])
                )


@fused
def add_four(node: np.ndarray, taps: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Adds four pairs of taps to the low and the high band of a node."""
    a0, b0, c0, d0 = taps[0, 0], taps[0, 1], taps[0, 2], taps[0, 3]
    a1, b1, c1, d1 = taps[1, 0], taps[1, 1], taps[1, 2], taps[1, 3]
    a2, b2, c2, d2 = taps[2, 0], taps[2, 1], taps[2, 2], taps[2, 3]
    a3, b3, c3, d3 = taps[3, 0], taps[3, 1], taps[3, 2], taps[3, 3]
    for o in range(len(low) // ABREAST):
        for i in range(ABREAST):
            at, k = o * ABREAST + i, 2 * o * ABREAST + i
            e0, f0, e1, f1 = node[k], node[k + ABREAST], node[k + 2 * ABREAST], node[k + 3 * ABREAST]
            e2, f2 = node[k + 4 * ABREAST], node[k + 5 * ABREAST]
            e3, f3 = node[k + 6 * ABREAST], node[k + 7 * ABREAST]
            low[at] = low[at] + a0 * e0 + b0 * f0 + a1 * e1 + b1 * f1 + a2 * e2 + b2 * f2 + a3 * e3 + b3 * f3
            high[at] = (
                high[at] + c0 * e0 + d0 * f0 + c1 * e1 + d1 * f1 + c2 * e2 + d2 * f2 + c3 * e3 + d3 * f3
            )


@fused
def add_one(node: np.ndarray, taps: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Adds one pair of taps."""
    a, b, c, d = taps[0, 0], taps[0, 1], taps[0, 2], taps[0, 3]
    for o in range(len(low) // ABREAST):
        for i in range(ABREAST):
            at, k = o * ABREAST + i, 2 * o * ABREAST + i
            low[at] = low[at] + a * node[k] + b * node[k + ABREAST]
            high[at] = high[at] + c * node[k] + d * node[k + ABREAST]


@fused
def part_node(node: np.ndarray, taps: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Low and high band of a node."""
    low[:] = 0
    high[:] = 0
    k = 0
    while k + 4 <= len(taps):
        add_four(node[2 * k * ABREAST :], taps[k:], low, high)
        k += 4
    while k < len(taps):
        add_one(node[2 * k * ABREAST :], taps[k:], low, high)
        k += 1


@fused
def packets_abreast(
    rows: np.ndarray,
    times: np.ndarray,
    taps: np.ndarray,
    half: int,
    sources: np.ndarray,
    signs: np.ndarray,
    factors: np.ndarray,
    places: np.ndarray,
    out: np.ndarray,
) -> None:
    """Nodes of the last level of rows, a multiple of ABREAST; arguments as in `packets_of_rows`."""
    levels, lead, more = len(times) - 1, 2 * half, 2 * len(taps)
    room = times[0] + 2 * more
    for level in range(levels):
        room = max(room, 2 ** (level + 1) * (times[level + 1] + 2 * more))
    before, after = np.zeros(room * ABREAST, rows.dtype), np.zeros(room * ABREAST, rows.dtype)
    for group in range(0, len(rows), ABREAST):
        for t in range(times[0]):
            for i in range(ABREAST):
                before[(lead + t) * ABREAST + i] = rows[group + i, t]
        stride = times[0] + 2 * more
        for level in range(levels):
            time, results = times[level], times[level + 1]
            beyond = 2 * (results - 1) + more - time
            at = np.arange(max(beyond, lead)) - lead
            at[lead:] += time
            step = results + 2 * more
            for q in range(2**level):
                start, low = q * stride, (2 * q * step + lead) * ABREAST
                high, size = low + step * ABREAST, results * ABREAST
                fill_end(before, start + lead, time, at, sources[level], signs[level], factors[level])
                node = before[start * ABREAST : (start + stride) * ABREAST]
                part_node(node, taps, after[low : low + size], after[high : high + size])
            before, after = after, before
            stride = step
        last = times[levels]
        for i in range(ABREAST):
            found = out[group + i]
            for q in range(len(places)):
                start, place = (q * stride + lead) * ABREAST + i, places[q] * last
                for t in range(last):
                    found[place + t] = before[start + t * ABREAST]
