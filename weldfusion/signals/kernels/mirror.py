"""Knots of an envelope: extrema of one kind, continued over both ends by mirroring two of them (PyEMD 1.10).

One end is described from its first extremum inwards by (lead_is_max, axis_at_end): the kind that comes
first leads, and the mirror stands at its first extremum or at the end sample. What is mirrored of one kind
is (skip, take, edge): leave out `skip` extrema, take `take`, and the end sample as an extremum if `edge`.
"""

import numpy as np

from weldfusion.signals.kernels.compiled import compiled

MIRRORED = 2


@compiled
def find_axis(x: np.ndarray, maxima: np.ndarray, minima: np.ndarray, right: bool) -> tuple[bool, bool, bool]:
    """Whether maxima lead at this end, whether the mirror is the end sample, and whether that is added."""
    end = len(x) - 1 if right else 0
    max_leads = abs(end - _inwards(maxima, 0, right)) < abs(end - _inwards(minima, 0, right))
    lead, follow = (maxima, minima) if max_leads else (minima, maxima)
    follower = x[_inwards(follow, 0, right)]
    if not (x[end] > follower if max_leads else x[end] < follower):
        return max_leads, True, True
    axis = 2 * abs(end - _inwards(lead, 0, right))
    reach_lead = abs(end - _inwards(lead, min(len(lead) - 1, MIRRORED), right))
    reach_follow = abs(end - _inwards(follow, min(len(follow), MIRRORED) - 1, right))
    return max_leads, axis > reach_lead or axis > reach_follow, False


@compiled
def _inwards(found: np.ndarray, j: int, right: bool) -> int:
    """Place of the j-th extremum from one end."""
    return found[len(found) - 1 - j] if right else found[j]


@compiled
def mirrored(leads: bool, at_end: bool, adds_end: bool, count: int) -> tuple[int, int, bool]:
    """(skip, take, edge) of one kind at one end; `count` is its number of extrema."""
    if at_end:
        edge = adds_end and not leads
        return 0, min(count, MIRRORED - int(edge)), edge
    if leads and count > 1:
        return 1, min(count - 1, MIRRORED), False
    return 0, min(count, MIRRORED), False


@compiled
def place_knots(
    x: np.ndarray,
    found: np.ndarray,
    axes: tuple[int, int],
    left: tuple[int, int, bool],
    right: tuple[int, int, bool],
    at: np.ndarray,
    value: np.ndarray,
) -> int:
    """Knots into `at` (sample numbers) and `value`; their number. Of two at one place the second stays."""
    n, last, count = 0, len(x) - 1, len(found)
    skip, take, edge = left
    for j in range(skip + take - 1, skip - 1, -1):
        n = _push(at, value, n, 2 * axes[0] - found[j], x[found[j]])
    if edge:
        n = _push(at, value, n, 2 * axes[0], x[0])
    n = _push(at, value, n, found[0], x[found[0]]) - 1
    at_found, value_found = at[n : n + count], value[n : n + count]
    for j in range(count):
        at_found[j] = found[j]
        value_found[j] = x[np.uint64(found[j])]
    n += count
    skip, take, edge = right
    if edge:
        n = _push(at, value, n, 2 * axes[1] - last, x[last])
    for j in range(count - 1 - skip, count - 1 - skip - take, -1):
        n = _push(at, value, n, 2 * axes[1] - found[j], x[found[j]])
    return n


@compiled
def _push(at: np.ndarray, value: np.ndarray, n: int, place: int, height: float) -> int:
    if n > 0 and at[n - 1] == place:
        n -= 1
    at[n] = place
    value[n] = height
    return n + 1


@compiled
def place_both(
    x: np.ndarray, maxima: np.ndarray, minima: np.ndarray, at: np.ndarray, value: np.ndarray
) -> tuple[int, int]:
    """Knots of the upper envelope into row 0 of `at` and `value`, of the lower into row 1; their numbers."""
    highs, lows, last = len(maxima), len(minima), len(x) - 1
    max_leads, at_end, adds = find_axis(x, maxima, minima, False)
    left_axis = 0 if at_end else (maxima[0] if max_leads else minima[0])
    top_left = mirrored(max_leads, at_end, adds, highs)
    low_left = mirrored(not max_leads, at_end, adds, lows)
    max_leads, at_end, adds = find_axis(x, maxima, minima, True)
    right_axis = last if at_end else (maxima[highs - 1] if max_leads else minima[lows - 1])
    top_right = mirrored(max_leads, at_end, adds, highs)
    low_right = mirrored(not max_leads, at_end, adds, lows)
    axes = (left_axis, right_axis)
    tops = place_knots(x, maxima, axes, top_left, top_right, at[0], value[0])
    bottoms = place_knots(x, minima, axes, low_left, low_right, at[1], value[1])
    return tops, bottoms
