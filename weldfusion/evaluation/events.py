"""Events along a weld: stretches of successive steps that are called, matched to the true ones."""

import numpy as np

SHORTEST_TOLERANCE_S = 0.005


def tolerance_of(step_s: float) -> float:
    """How far apart in seconds an event and its call may be: one step, but not under 5 ms."""
    return max(SHORTEST_TOLERANCE_S, step_s)


def runs(called: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Start and end (events, 2) of the stretches of called steps.

    Args:
        called: bool (steps,), in order of time.
        edges: (steps, 2) in seconds; where a step does not begin where the one before it ends (to half a
            step), a new event begins.

    >>> runs(np.array([1, 1, 0, 1], bool), np.array([[0, 1], [1, 2], [2, 3], [3, 4]])).tolist()
    [[0, 2], [3, 4]]
    """
    if not called.any():
        return np.zeros((0, 2), edges.dtype)
    gap = edges[1:, 0] - edges[:-1, 1] > 0.5 * (edges[1:, 1] - edges[1:, 0])
    begins = called & np.append(True, ~called[:-1] | gap)
    ends = called & np.append(begins[1:] | ~called[1:], True)
    return np.stack([edges[begins, 0], edges[ends, 1]], axis=1)


def matched(true: np.ndarray, found: np.ndarray, tolerance_s: float) -> int:
    """How many true events (T, 2) have a call (F, 2) of their own.

    A call fits an event if the two overlap or lie at most `tolerance_s` apart. Each is used once, so three
    calls of one event are one hit and two false calls, and one long call over three events is one hit and
    two misses; the largest possible number of pairs is counted (both lists are in order of time and do not
    overlap within themselves, so the greedy choice in that order finds it).

    >>> matched(np.array([[0.0, 1.0], [5.0, 6.0]]), np.array([[1.5, 2.0], [9.0, 9.5]]), tolerance_s=0.5)
    1
    """
    pairs = t = f = 0
    grace = tolerance_s * (1 + 1e-9)
    while t < len(true) and f < len(found):
        if found[f, 1] < true[t, 0] - grace:
            f += 1
        elif found[f, 0] > true[t, 1] + grace:
            t += 1
        else:
            pairs, t, f = pairs + 1, t + 1, f + 1
    return pairs


def event_counts(truth: np.ndarray, chance: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Hits, calls and true events of one class along one weld, as (3,).

    Args:
        truth: (steps,) 0 or 1, in order of time.
        chance: (steps,) probability; called at one half and above.
        edges: (steps, 2) in seconds.
    """
    true, found = runs(truth > 0.5, edges), runs(chance >= 0.5, edges)
    width = float(np.median(edges[:, 1] - edges[:, 0]))
    return np.array([matched(true, found, tolerance_of(width)), len(found), len(true)], dtype=float)
