"""Sifting: one intrinsic mode function (IMF) after the other out of a signal, as PyEMD 1.10 does by default.

`limits` (float64): residue's range, residue's sum of magnitudes, scaled variance, deviation, energy ratio,
least energy of an IMF. `counts` (int64): fixed sifts, fixed sifts of an IMF, most sifts, most IMFs (-1: any).
"""

import numpy as np

from weldfusion.signals.kernels.compiled import compiled
from weldfusion.signals.kernels.envelope import SPARE, draw_upper, take_mean
from weldfusion.signals.kernels.extrema import find_extrema
from weldfusion.signals.kernels.mirror import place_both
from weldfusion.signals.kernels.spline import solve_slopes

RANGE, POWER, VARIANCE, DEVIATION, ENERGY, LEAST = range(6)
FIXED, FIXED_IMF, MOST_SIFTS, MOST_IMFS = range(4)
SPARE_KNOTS = 8

Space = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def make_tables(n: int) -> np.ndarray:
    """j and 1 / j (0 for j = 0) for all distances between knots of a signal of n samples; read only."""
    ramp = np.arange(2.0 * n + SPARE_KNOTS)
    return np.stack([ramp, 1.0 / np.maximum(ramp, 1.0) * (ramp > 0)])


@compiled
def make_space(tables: np.ndarray, n: int) -> Space:
    """What sifting of signals of n samples works in: rows, extrema, places and values of knots, tables."""
    rows = np.empty((3, n + SPARE))
    extrema = np.empty((3, n + 2), np.int64)
    places = np.empty((2, n // 2 + SPARE_KNOTS), np.int64)
    knots = np.empty((10, n // 2 + SPARE_KNOTS))
    return rows, extrema, places, knots, tables


@compiled
def sift_once(n: int, old: int, found: tuple[int, int, int], space: Space) -> bool:
    """Row `old` less the mean of its envelopes into the other row; whether no knot of a maximum is below 0
    and none of a minimum above."""
    rows, extrema, at, knots, tables = space
    value, chord, slope = knots[0:2], knots[2:4], knots[4:6]
    sizes = place_both(rows[old, :n], extrema[0, : found[0]], extrema[1, : found[1]], at, value)
    tops, lows = sizes
    solve_slopes(at, value, sizes, tables[1], chord, slope, knots[6:10])
    draw_upper(at[0, :tops], value[0], chord[0], slope[0], tables, rows[2], n)
    take_mean(at[1, :lows], value[1], chord[1], slope[1], tables, rows[2], rows[old], rows[1 - old], n)
    wrong = 0
    for k in range(tops):
        wrong += value[0, k] < 0.0
    for k in range(lows):
        wrong += value[1, k] > 0.0
    return wrong == 0


@compiled
def converged(new: np.ndarray, old: np.ndarray, limits: np.ndarray) -> bool:
    """Whether a sift changed too little to go on (Huang's criteria as PyEMD has them)."""
    energy, change, before = 0.0, 0.0, 0.0
    least, most = old[0], old[0]
    for i in range(len(new)):
        step = new[i] - old[i]
        energy += new[i] * new[i]
        change += step * step
        before += old[i] * old[i]
        least, most = min(least, old[i]), max(most, old[i])
    if energy < limits[LEAST]:
        return False
    if change < limits[ENERGY] * before or change < limits[VARIANCE] * (most - least):
        return True
    deviation = 0.0
    for i in range(len(new)):
        change = (new[i] - old[i]) / new[i]
        deviation += change * change
    return bool(deviation < limits[DEVIATION])


@compiled
def sift(
    n: int,
    space: Space,
    limits: np.ndarray,
    counts: np.ndarray,
) -> tuple[int, int]:
    """Sifts row 0 until it is an IMF. Returns the row where it lies, -1 where there are too few extrema to
    sift, and the number of extrema that PyEMD looks at in the end."""
    rows, extrema = space[0], space[1]
    row, done, good, turning = 0, 0, 0, -1
    found = find_extrema(rows[0, :n], extrema)
    while done + 1 < counts[MOST_SIFTS]:
        turning = found[0] + found[1]
        if turning <= 2 or min(found[0], found[1]) == 0:
            return -1, turning
        signs = sift_once(n, row, found, space)
        done += 1
        row = 1 - row
        if counts[FIXED] > 0:
            if done >= counts[FIXED]:
                break
            found = find_extrema(rows[row, :n], extrema)
            continue
        found = find_extrema(rows[row, :n], extrema)
        turning = found[0] + found[1]
        balanced = abs(turning - found[2]) < 2
        if counts[FIXED_IMF] > 0:
            good = good + 1 if balanced and done > 1 else 0
            if good >= counts[FIXED_IMF]:
                break
        elif balanced and signs and converged(rows[row, :n], rows[1 - row, :n], limits):
            break
    return row, turning


@compiled
def is_spent(residue: np.ndarray, limits: np.ndarray) -> bool:
    """Whether nothing is left to decompose."""
    least, most, power = residue[0], residue[0], 0.0
    for value in residue:
        least, most = min(least, value), max(most, value)
        power += abs(value)
    return most - least < limits[RANGE] or power < limits[POWER]


@compiled
def take_imf(
    x: np.ndarray, taken: np.ndarray, number: int, limits: np.ndarray, counts: np.ndarray, space: Space
) -> tuple[int, bool]:
    """IMF `number` (from 0) of `x`, of which `taken` is the sum of those before, which it is added to.

    Returns the row of the space where it lies, -1 if there is none, and whether it is the last one.
    """
    n = len(x)
    rows = space[0]
    for i in range(n):
        rows[0, i] = x[i] - taken[i]
    row, turning = sift(n, space, limits, counts)
    if row < 0:
        return -1, True
    imf, rest = rows[row], rows[2]
    for i in range(n):
        rest[i] = x[i] - (taken[i] + imf[i])
    last = is_spent(rest[:n], limits) or number + 1 == counts[MOST_IMFS]
    if last and turning <= 2:
        return -1, True
    for i in range(n):
        taken[i] += imf[i]
    return row, last
