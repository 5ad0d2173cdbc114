"""Sums over the trials of an ensemble: nothing of a single trial is kept."""

import numpy as np

from weldfusion.signals.kernels.compiled import compiled
from weldfusion.signals.kernels.sifting import make_space, sift, take_imf

ACTIVE, LAST, SPENT = range(3)


@compiled
def sum_trials(
    x: np.ndarray,
    noise: np.ndarray,
    limits: np.ndarray,
    counts: np.ndarray,
    tables: np.ndarray,
    imfs: np.ndarray,
    residue: np.ndarray,
) -> tuple[np.ndarray, int]:
    """IMFs of `x + noise[t]` added to the rows of `imfs`, what is left added to `residue`, for all trials t.

    Returns `imfs`, or a copy with more rows where they were too few, and the most IMFs of a trial.
    """
    n, most = len(x), 0
    space = make_space(tables, n)
    trial, taken = np.empty(n), np.empty(n)
    for t in range(len(noise)):
        for i in range(n):
            trial[i] = x[i] + noise[t, i]
            taken[i] = 0.0
        found, last = 0, False
        while not last:
            row, last = take_imf(trial, taken, found, limits, counts, space)
            if row < 0:
                break
            if found == len(imfs):
                imfs = _with_more_rows(imfs)
            total, imf = imfs[found], space[0][row]
            for i in range(n):
                total[i] += imf[i]
            found += 1
        for i in range(n):
            residue[i] += trial[i] - taken[i]
        most = max(most, found)
    return imfs, most


@compiled
def _with_more_rows(imfs: np.ndarray) -> np.ndarray:
    count, n = imfs.shape
    more = np.empty((2 * count, n))
    for k in range(count):
        for i in range(n):
            more[k, i] = imfs[k, i]
            more[count + k, i] = 0.0
    return more


@compiled
def next_modes(
    noise: np.ndarray,
    taken: np.ndarray,
    state: np.ndarray,
    number: int,
    limits: np.ndarray,
    counts: np.ndarray,
    tables: np.ndarray,
) -> None:
    """Replaces each row of `noise` by its mode `number` (from 0; the residue comes last, then zeros).

    `taken` (the sum of the modes before) and `state` are those of each row and move on.
    """
    n = noise.shape[1]
    space = make_space(tables, n)
    for t in range(len(noise)):
        row = -1
        if state[t] == ACTIVE:
            row, last = take_imf(noise[t], taken[t], number, limits, counts, space)
            state[t] = LAST if last else ACTIVE
        if row >= 0:
            noise[t] = space[0][row, :n]
        elif state[t] == LAST:
            noise[t] -= taken[t]
            state[t] = SPENT
        else:
            noise[t] = 0.0


@compiled
def sum_first_imfs(
    x: np.ndarray,
    noise: np.ndarray,
    scale: float,
    limits: np.ndarray,
    counts: np.ndarray,
    tables: np.ndarray,
    total: np.ndarray,
) -> None:
    """First IMF of `x + scale * noise[t]` (0 where there is none) added to `total`, for all trials t."""
    n = len(x)
    space = make_space(tables, n)
    rows = space[0]
    for t in range(len(noise)):
        for i in range(n):
            rows[0, i] = x[i] + scale * noise[t, i]
        row, turning = sift(n, space, limits, counts)
        if row >= 0 and turning > 2:
            imf = rows[row]
            for i in range(n):
                total[i] += imf[i]
