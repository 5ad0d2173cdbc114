"""Slopes of cubic splines on integer knots: not-a-knot from four knots on, PyEMD's own rule for three.

Two splines are solved side by side (rows 0 and 1 of each array): each is a long chain of dependent steps,
and the processor works on both chains at once.
"""

import numpy as np

from weldfusion.signals.kernels.compiled import compiled


@compiled
def solve_slopes(
    at: np.ndarray,
    value: np.ndarray,
    sizes: tuple[int, int],
    inverse: np.ndarray,
    chord: np.ndarray,
    slope: np.ndarray,
    scratch: np.ndarray,
) -> None:
    """Slopes at the knots (3 or more in each row), as `scipy.interpolate.CubicSpline(at, value)` has them.

    `inverse[h]` is 1 / h; `chord` gets the slopes of the chords; `scratch` has 4 rows.
    """
    _fill_chords(at[0, : sizes[0]], value[0], inverse, chord[0])
    _fill_chords(at[1, : sizes[1]], value[1], inverse, chord[1])
    if min(sizes[0], sizes[1]) > 3:
        _solve_pair(at, chord, sizes, slope, scratch, 0, 1)
        return
    for row in range(2):
        if sizes[row] == 3:
            _solve_three(at[row], chord[row], slope[row])
        else:
            _solve_pair(at, chord, sizes, slope, scratch, row, row)


@compiled
def _fill_chords(at: np.ndarray, value: np.ndarray, inverse: np.ndarray, chord: np.ndarray) -> None:
    for k in range(len(at) - 1):
        chord[k] = (value[k + 1] - value[k]) * inverse[np.uint64(at[k + 1] - at[k])]


@compiled
def _solve_three(at: np.ndarray, chord: np.ndarray, slope: np.ndarray) -> None:
    """Second derivative 0 at both ends."""
    r0, r1 = 1.0 / (at[1] - at[0]), 1.0 / (at[2] - at[1])
    slope[1] = (chord[0] * r0 + chord[1] * r1) / (r0 + r1)
    slope[0] = 1.5 * chord[0] - 0.5 * slope[1]
    slope[2] = 1.5 * chord[1] - 0.5 * slope[1]


@compiled
def _solve_pair(
    at: np.ndarray,
    chord: np.ndarray,
    sizes: tuple[int, int],
    slope: np.ndarray,
    scratch: np.ndarray,
    a: int,
    b: int,
) -> None:
    """Elimination and back substitution of rows a and b (which may be the same row)."""
    at_a, at_b, chord_a, chord_b = at[a], at[b], chord[a], chord[b]
    pivot_a, pivot_b, right_a, right_b = scratch[a], scratch[b], scratch[2 + a], scratch[2 + b]
    size_a, size_b = sizes[a], sizes[b]
    common = min(size_a, size_b) - 1
    down_a = _first(at_a, chord_a)
    down_b = _first(at_b, chord_b)
    for i in range(1, common):
        pivot_a[i - 1], right_a[i - 1] = down_a[0], down_a[1]
        pivot_b[i - 1], right_b[i - 1] = down_b[0], down_b[1]
        down_a = _eliminate(at_a, chord_a, i, down_a)
        down_b = _eliminate(at_b, chord_b, i, down_b)
    for i in range(common, size_a - 1):
        pivot_a[i - 1], right_a[i - 1] = down_a[0], down_a[1]
        down_a = _eliminate(at_a, chord_a, i, down_a)
    for i in range(common, size_b - 1):
        pivot_b[i - 1], right_b[i - 1] = down_b[0], down_b[1]
        down_b = _eliminate(at_b, chord_b, i, down_b)
    pivot_a[size_a - 2], right_a[size_a - 2] = down_a[0], down_a[1]
    pivot_b[size_b - 2], right_b[size_b - 2] = down_b[0], down_b[1]
    up_a = _last(at_a, chord_a, size_a, down_a)
    up_b = _last(at_b, chord_b, size_b, down_b)
    slope_a, slope_b = slope[a], slope[b]
    slope_a[size_a - 1], slope_b[size_b - 1] = up_a, up_b
    for i in range(size_a - 2, common - 1, -1):
        up_a = (right_a[i] - float(at_a[i] - at_a[i - 1]) * up_a) * pivot_a[i]
        slope_a[i] = up_a
    for i in range(size_b - 2, common - 1, -1):
        up_b = (right_b[i] - float(at_b[i] - at_b[i - 1]) * up_b) * pivot_b[i]
        slope_b[i] = up_b
    for i in range(common - 1, 0, -1):
        up_a = right_a[i] * pivot_a[i] - (float(at_a[i] - at_a[i - 1]) * pivot_a[i]) * up_a
        up_b = right_b[i] * pivot_b[i] - (float(at_b[i] - at_b[i - 1]) * pivot_b[i]) * up_b
        slope_a[i], slope_b[i] = up_a, up_b
    slope_a[0] = (right_a[0] - float(at_a[2] - at_a[0]) * up_a) * pivot_a[0]
    slope_b[0] = (right_b[0] - float(at_b[2] - at_b[0]) * up_b) * pivot_b[0]


@compiled
def _first(at: np.ndarray, chord: np.ndarray) -> tuple[float, float, float]:
    """Not-a-knot at the start: reciprocal of the pivot, right side, coefficient above the diagonal."""
    h0, h1 = float(at[1] - at[0]), float(at[2] - at[1])
    upper = h0 + h1
    right = ((h0 + 2.0 * upper) * h1 * chord[0] + h0 * h0 * chord[1]) / upper
    return 1.0 / h1, right, upper


@compiled
def _eliminate(
    at: np.ndarray, chord: np.ndarray, i: int, down: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Row i, after row i - 1 = (reciprocal of the pivot, right side, coefficient above the diagonal)."""
    pivot, right, upper = down
    h0, h1 = float(at[i] - at[i - 1]), float(at[i + 1] - at[i])
    w = h1 * pivot
    diagonal = 2.0 * (h0 + h1) - w * upper
    return 1.0 / diagonal, 3.0 * (h1 * chord[i - 1] + h0 * chord[i]) - w * right, h0


@compiled
def _last(at: np.ndarray, chord: np.ndarray, size: int, down: tuple[float, float, float]) -> float:
    """Not-a-knot at the end: slope at the last knot."""
    pivot, right, upper = down
    h0, h1 = float(at[size - 2] - at[size - 3]), float(at[size - 1] - at[size - 2])
    both = h0 + h1
    w = both * pivot
    last = (h1 * h1 * chord[size - 3] + (2.0 * both + h1) * h0 * chord[size - 2]) / both
    return (last - w * right) / (h0 - w * upper)
