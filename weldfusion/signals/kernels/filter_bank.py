"""Wavelet packets by filtering, level by level; a signal stays in the processor's cache all the way down.

The even and the odd samples of all nodes of a level lie one after the other, so that one run of the filters
over neighbouring samples makes the whole next level, although every second result is left out. Between the
nodes lie those samples that each needs beyond its ends; what the filters give there is not used.
"""

import numpy as np

from weldfusion.signals.kernels.compiled import fused

VECTOR = 16
"""Filters run over a multiple of this many samples."""


@fused
def part_samples(
    bands: np.ndarray, start: int, count: int, even: np.ndarray, odd: np.ndarray, begin: int
) -> None:
    """Even and odd samples side by side; places without a sign spare a test of each."""
    source, target = np.uintp(start), np.uintp(begin)
    behind = np.uintp(start + 1)
    for i in range(np.uintp(count)):
        even[target + i] = bands[source + i + i]
        odd[target + i] = bands[behind + i + i]


@fused
def take_samples(
    bands: np.ndarray,
    start: int,
    time: int,
    half: int,
    sources: np.ndarray,
    signs: np.ndarray,
    even: np.ndarray,
    odd: np.ndarray,
    place: int,
    pairs: int,
) -> None:
    """Puts even and odd samples of a node side by side, with those that it goes on with at both ends.

    Args:
        bands: array in which the node lies: `time` samples from `start` on.
        half: samples before the node, halved.
        sources: for each sample before the node, then each behind: the node's sample that it repeats.
        signs: factor of each.
        even, odd: filled with `pairs` samples from `place` on.
    """
    part_samples(bands, start, time // 2, even, odd, place + half)
    for i in range(half):
        even[place + i] = signs[2 * i] * bands[start + sources[2 * i]]
        odd[place + i] = signs[2 * i + 1] * bands[start + sources[2 * i + 1]]
    row, behind = 2 * half, place + half + time // 2
    if time % 2 == 1:
        even[behind] = bands[start + time - 1]
        odd[behind] = signs[row] * bands[start + sources[row]]
        row += 1
        behind += 1
    for i in range(place + pairs - behind):
        even[behind + i] = signs[row + 2 * i] * bands[start + sources[row + 2 * i]]
        odd[behind + i] = signs[row + 2 * i + 1] * bands[start + sources[row + 2 * i + 1]]


@fused
def mix_ends(
    bands: np.ndarray,
    start: int,
    time: int,
    half: int,
    sources: np.ndarray,
    factors: np.ndarray,
    even: np.ndarray,
    odd: np.ndarray,
    place: int,
    pairs: int,
) -> None:
    """Adds to the samples beyond its ends what they are made of where one sign and sample are not enough.

    In float64, as the parts can cancel.

    Args:
        factors: (samples beyond, 3) of the sample in `sources`, of the node's first and of its last one.
    """
    first, last = np.float64(bands[start]), np.float64(bands[start + time - 1])
    for at in range(2 * pairs):
        if 2 * half <= at < 2 * half + time:
            continue
        row = at if at < 2 * half else at - time
        mixed = (
            factors[row, 0] * bands[start + sources[row]] + factors[row, 1] * first + factors[row, 2] * last
        )
        if at % 2 == 0:
            even[place + at // 2] += mixed
        else:
            odd[place + at // 2] += mixed


@fused
def copy_samples(source: np.ndarray, start: int, count: int, target: np.ndarray, begin: int) -> None:
    """`count` samples from `start` on into `target` from `begin` on."""
    here, there = np.uintp(start), np.uintp(begin)
    for i in range(np.uintp(count)):
        target[there + i] = source[here + i]


@fused
def add_four(even: np.ndarray, odd: np.ndarray, taps: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Adds four pairs of taps to the low and the high band."""
    a0, b0, c0, d0 = taps[0, 0], taps[0, 1], taps[0, 2], taps[0, 3]
    a1, b1, c1, d1 = taps[1, 0], taps[1, 1], taps[1, 2], taps[1, 3]
    a2, b2, c2, d2 = taps[2, 0], taps[2, 1], taps[2, 2], taps[2, 3]
    a3, b3, c3, d3 = taps[3, 0], taps[3, 1], taps[3, 2], taps[3, 3]
    for o in range(len(low)):
        e0, e1, e2, e3 = even[o], even[o + 1], even[o + 2], even[o + 3]
        f0, f1, f2, f3 = odd[o], odd[o + 1], odd[o + 2], odd[o + 3]
        low[o] = low[o] + a0 * e0 + b0 * f0 + a1 * e1 + b1 * f1 + a2 * e2 + b2 * f2 + a3 * e3 + b3 * f3
        high[o] = high[o] + c0 * e0 + d0 * f0 + c1 * e1 + d1 * f1 + c2 * e2 + d2 * f2 + c3 * e3 + d3 * f3


@fused
def add_one(even: np.ndarray, odd: np.ndarray, taps: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Adds one pair of taps."""
    a, b, c, d = taps[0, 0], taps[0, 1], taps[0, 2], taps[0, 3]
    for o in range(len(low)):
        low[o] += a * even[o] + b * odd[o]
        high[o] += c * even[o] + d * odd[o]


@fused
def filter_level(
    even: np.ndarray, odd: np.ndarray, taps: np.ndarray, low: np.ndarray, high: np.ndarray
) -> None:
    """Low and high bands of all nodes of a level."""
    low[:] = 0
    high[:] = 0
    k = 0
    while k + 4 <= len(taps):
        add_four(even[k:], odd[k:], taps[k:], low, high)
        k += 4
    while k < len(taps):
        add_one(even[k:], odd[k:], taps[k:], low, high)
        k += 1


@fused
def packets_of_rows(
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
    """Nodes of the last level of every row.

    Args:
        rows: (signals, times[0]).
        times: (levels + 1,) samples of the nodes of each level.
        taps: (pairs of taps, 4) low even, low odd, high even, high odd.
        half: samples before a node, halved.
        sources, signs: (levels, samples beyond), see `take_samples`.
        factors: (levels, samples beyond, 3) float64, see `mix_ends`; (levels, 0, 3) where it is not needed.
        places: (nodes,) where each node of the last level, in natural order, goes in `out`.
        out: (signals, nodes * times[-1]).
    """
    levels, more = len(times) - 1, len(taps) - 1
    room = times[0]
    for level in range(levels):
        room = max(room, 2**level * (times[level + 1] + more))
    room += 2 * VECTOR + more
    even, odd = np.zeros(room, rows.dtype), np.zeros(room, rows.dtype)
    bands = np.zeros(2 * room, rows.dtype)
    for signal in range(len(rows)):
        copy_samples(rows[signal], 0, times[0], bands, 0)
        stride = 0
        for level in range(levels):
            time, pairs = times[level], times[level + 1] + more
            source, sign, factor = sources[level], signs[level], factors[level]
            for node in range(2**level):
                start, place = node % 2 * room + node // 2 * stride, node * pairs
                take_samples(bands, start, time, half, source, sign, even, odd, place, pairs)
                if len(factor) > 0:
                    mix_ends(bands, start, time, half, source, factor, even, odd, place, pairs)
            count = (2**level * pairs + VECTOR - 1) // VECTOR * VECTOR
            filter_level(even, odd, taps, bands[:count], bands[room : room + count])
            stride = pairs
        found = out[signal]
        for node in range(len(places)):
            start = node % 2 * room + node // 2 * stride
            copy_samples(bands, start, times[levels], found, places[node] * times[levels])
