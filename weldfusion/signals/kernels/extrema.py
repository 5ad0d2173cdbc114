"""Extrema and zero crossings of a sampled signal, by the definition of PyEMD 1.10 (`simple`)."""

import numpy as np

from weldfusion.signals.kernels.compiled import compiled

BLOCK = 128
MAXIMA, MINIMA, TURNS = range(3)


@compiled
def find_extrema(x: np.ndarray, places: np.ndarray) -> tuple[int, int, int]:
    """Sample numbers of the maxima into row 0 of `places` (int64, 3 rows of len(x) + 2), minima into row 1.

    Returns the number of maxima, of minima and of zero crossings (a run of zeros counts once). x needs three
    samples. Blocks in which nothing turns are passed over with vector instructions.
    """
    n = len(x)
    turns = places[TURNS]
    count = np.uint64(0)
    crossings = int(x[0] * x[1] < 0.0)
    flat = int(x[0] == 0.0) + int(x[1] == 0.0) + int(x[0] == x[1])
    for start in range(1, n - 1, BLOCK):
        stop = min(start + BLOCK, n - 1)
        turning, crossing, equal = _look_over(x, start, stop)
        crossings += crossing
        flat += equal
        if turning == 0:
            continue
        part = x[start : stop + 1]
        rise = part[0] - x[start - 1]
        for j in range(len(part) - 1):
            then = part[j + 1] - part[j]
            turns[count] = start + j
            count += np.uint64(1) if rise * then < 0.0 else np.uint64(0)
            rise = then
    if flat > 0:
        return find_extrema_with_plateaus(x, places)
    highs, lows = _deal(x, turns[: int(count)], places[MAXIMA], places[MINIMA])
    return highs, lows, crossings


@compiled
def _look_over(x: np.ndarray, start: int, stop: int) -> tuple[int, int, int]:
    """Numbers of turns and crossings from `start` to `stop`, and of products that are zero."""
    before, here, after = x[start - 1 : stop - 1], x[start:stop], x[start + 1 : stop + 1]
    turning, crossing, equal = 0, 0, 0
    for j in range(len(here)):
        bend = (here[j] - before[j]) * (after[j] - here[j])
        turning += bend < 0.0
        crossing += here[j] * after[j] < 0.0
        equal += (bend == 0.0) | (after[j] == 0.0)
    return turning, crossing, equal


@compiled
def _deal(x: np.ndarray, turns: np.ndarray, maxima: np.ndarray, minima: np.ndarray) -> tuple[int, int]:
    """Turns are by turns maxima and minima where no neighbours are equal."""
    count = len(turns)
    if count == 0:
        return 0, 0
    starts_high = x[turns[0]] > x[turns[0] - 1]
    odd, even = (maxima, minima) if starts_high else (minima, maxima)
    for j in range(count // 2):
        odd[j] = turns[2 * j]
        even[j] = turns[2 * j + 1]
    if count % 2 == 1:
        odd[count // 2] = turns[count - 1]
    more, less = (count + 1) // 2, count // 2
    return (more, less) if starts_high else (less, more)


@compiled
def find_extrema_with_plateaus(x: np.ndarray, places: np.ndarray) -> tuple[int, int, int]:
    """The same where neighbours may be equal: a plateau is an extremum at its middle (half to even).

    As in PyEMD, a first plateau that begins at sample 1 is passed over, and one that begins at sample 0
    takes the last step of the signal for what came before it.
    """
    n = len(x)
    maxima, minima = places[MAXIMA], places[MINIMA]
    highs, lows = 0, 0
    first = True
    i = 0
    while i < n - 1:
        end = i
        while end < n - 1 and x[end + 1] == x[end]:
            end += 1
        if end == n - 1:
            break
        before = x[i] - x[i - 1] if i > 0 else 0.0
        then = x[end + 1] - x[end]
        turns = before * then < 0.0
        if end > i:
            if i == 0:
                before = x[n - 1] - x[n - 2]
            turns = (before > 0.0 and then < 0.0) or (before < 0.0 and then > 0.0)
            turns = turns and not (first and i == 1)
            first = False
        if turns and before > 0.0:
            maxima[highs] = _half_to_even(i + end)
            highs += 1
        elif turns:
            minima[lows] = _half_to_even(i + end)
            lows += 1
        i = end + 1
    return highs, lows, count_zero_crossings(x)


@compiled
def count_zero_crossings(x: np.ndarray) -> int:
    """Changes of sign between neighbours, and runs of zeros."""
    found = int(x[0] == 0.0)
    for i in range(1, len(x)):
        found += int(x[i - 1] * x[i] < 0.0)
        found += int((x[i] == 0.0) & (x[i - 1] != 0.0))
    return found


@compiled
def _half_to_even(twice: int) -> int:
    half = twice // 2
    return half + 1 if twice % 2 == 1 and half % 2 == 1 else half
