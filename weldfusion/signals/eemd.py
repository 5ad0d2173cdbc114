"""Ensemble empirical mode decomposition (EEMD).

Source: Wu & Huang 2009, doi:10.1142/S1793536909000047; complementary pairs: Yeh, Shieh & Huang 2010,
doi:10.1142/S1793536910000422. docs/signals.md says how results relate to those of PyEMD.
"""

from dataclasses import dataclass

import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.checked import checked_signals
from weldfusion.signals.emd import (
    LEAST_SAMPLES,
    ROWS,
    Decomposition,
    Scaled,
    Stopping,
    compile_trials,
    scaled,
    stacked,
)
from weldfusion.signals.kernels.ensemble import sum_trials
from weldfusion.signals.kernels.sifting import make_tables
from weldfusion.signals.workers import in_order, threads_to_use

SAMPLES_OF_A_JOB = 10_000
MOST_TRIALS_OF_A_JOB = 25


@dataclass(frozen=True)
class Ensemble:
    """The noisy copies of a signal.

    Args:
        trials: number of copies; even with complementary pairs.
        noise: standard deviation of the white Gaussian noise, in standard deviations of the signal.
        complementary: every other copy gets the noise of the one before with its sign changed, so that
            the noise cancels in the sum.
        seed: first half of the key of the noise, 0 or more; the second is the number of the trial.
    """

    trials: int = 100
    noise: float = 0.2
    complementary: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if self.trials < 1 or (self.complementary and self.trials % 2):
            least = "an even number, 2 or more" if self.complementary else "at least 1"
            raise SignalError(f"trials: is {self.trials}, must be {least}")
        if not 0 < self.noise < np.inf:
            raise SignalError(f"noise: is {self.noise}, must be above 0 (in standard deviations)")
        if not 0 <= self.seed < 2**64:
            raise SignalError(f"seed: is {self.seed}, must be 0 to 2**64 - 1")

    def noise_of(self, trials: range, time: int) -> np.ndarray:
        """White noise (len(trials), time) of unit standard deviation of these trials.

        Each trial has its own counter-based stream, so it is the same whoever asks for it and when.

        >>> pair = Ensemble(trials=4, complementary=True).noise_of(range(2, 4), 3)
        >>> bool((pair[0] == -pair[1]).all())
        True
        """
        noise = np.empty((len(trials), time))
        for row, trial in zip(noise, trials, strict=True):
            stream = trial // 2 if self.complementary else trial
            key = np.array([self.seed, stream], np.uint64)
            np.random.Generator(np.random.Philox(key=key)).standard_normal(out=row)
            if self.complementary and trial % 2:
                np.negative(row, out=row)
        return noise

    def jobs(self, time: int) -> list[range]:
        """The trials in portions that do not depend on the number of threads."""
        size = min(max(SAMPLES_OF_A_JOB // time, 1), MOST_TRIALS_OF_A_JOB)
        return [range(first, min(first + size, self.trials)) for first in range(0, self.trials, size)]


def eemd(
    values: np.ndarray,
    ensemble: Ensemble | None = None,
    stopping: Stopping | None = None,
    most_imfs: int | None = None,
    threads: int | None = None,
) -> Decomposition:
    """Mean of the decompositions of many noisy copies of each signal.

    The k-th IMF is the mean of the k-th IMFs over all trials (zero in a trial that has fewer), the residue
    the mean of the residues. So `imfs.sum(-2) + residue` is the signal plus the mean of the added noise:
    off by `noise / sqrt(trials)` standard deviations, and by nothing with complementary pairs. The noise
    of a trial is the same for every signal, so that no result depends on what else is in the array.

    Args:
        values: (..., time), finite, 8 samples or more.
        ensemble: number of trials, noise and seed; `Ensemble()` by default.
        stopping: when to stop; limits count in standard deviations of the signal without noise.
        most_imfs: end each decomposition after so many IMFs.
        threads: share all trials of all signals among so many threads; no bit depends on it.

    Raises SignalError where a signal is too short, not finite or constant.

    >>> x = np.sin(np.arange(200) / 3) + np.sin(np.arange(200) / 30)
    >>> found = eemd(x, Ensemble(trials=10, complementary=True))
    >>> bool(np.allclose(found.imfs.sum(0) + found.residue, x, atol=1e-12))
    True
    """
    values = np.asarray(values)
    signals = [scaled(row) for row in checked_signals(values, LEAST_SAMPLES)]
    ensemble, stopping = ensemble or Ensemble(), stopping or Stopping()
    totals = _sums(signals, ensemble, stopping, stopping.counts(most_imfs), threads)
    return stacked([total.mean(ensemble.trials) for total in totals], values.shape)


def _sums(
    signals: list[Scaled], ensemble: Ensemble, stopping: Stopping, counts: np.ndarray, threads: int | None
) -> list["_Sum"]:
    """The decompositions of all trials of each signal, added up in the order of the trials."""
    time = len(signals[0].values)
    tables = make_tables(time)
    jobs = [(number, trials) for number in range(len(signals)) for trials in ensemble.jobs(time)]

    def work(job: tuple[int, range]) -> tuple[np.ndarray, np.ndarray]:
        signal = signals[job[0]]
        noise = ensemble.noise_of(job[1], time)
        noise *= ensemble.noise * signal.deviation / signal.scale
        limits = stopping.limits(signal.deviation, signal.scale)
        residue = np.zeros(time)
        imfs, most = sum_trials(signal.values, noise, limits, counts, tables, np.zeros((ROWS, time)), residue)
        return imfs[:most], residue

    compile_trials(time)
    sums = [_Sum(signal, time) for signal in signals]
    for (number, _), (imfs, residue) in in_order(work, jobs, threads_to_use(threads), "EEMD"):
        sums[number].add(imfs, residue)
    return sums


class _Sum:
    """Running sum of the IMFs and residues of one signal."""

    def __init__(self, signal: Scaled, time: int):
        self.scale = signal.scale
        self.imfs = np.zeros((0, time))
        self.residue = np.zeros(time)

    def add(self, imfs: np.ndarray, residue: np.ndarray) -> None:
        if len(imfs) > len(self.imfs):
            self.imfs = np.concatenate([self.imfs, np.zeros((len(imfs) - len(self.imfs), imfs.shape[1]))])
        self.imfs[: len(imfs)] += imfs
        self.residue += residue

    def mean(self, trials: int) -> tuple[np.ndarray, np.ndarray]:
        return self.imfs * (self.scale / trials), self.residue * (self.scale / trials)
