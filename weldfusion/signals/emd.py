"""Empirical mode decomposition (EMD), with the sifting of PyEMD 1.10.

Source: Huang et al. 1998, doi:10.1098/rspa.1998.0193; extrema with plateaus, mirrored ends, envelopes and
stopping rule as in PyEMD 1.10 (`EMD()`, which follows Rilling et al. 2003), sample by sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.checked import checked_signals
from weldfusion.signals.kernels.compiled import ready
from weldfusion.signals.kernels.ensemble import sum_trials
from weldfusion.signals.kernels.sifting import make_tables
from weldfusion.signals.workers import in_order, threads_to_use

LEAST_SAMPLES = 8
ROWS = 32


@dataclass(frozen=True)
class Stopping:
    """When sifting and decomposition stop; the defaults are PyEMD's, in units of the signal's deviation.

    Args:
        range_limit: the decomposition ends when the range of what is left is below this many units,
        power_limit: or the sum of its magnitudes.
        variance_limit: an IMF is found when (sum of squared change) / (range before) is below this, in units,
        deviation_limit: or the sum of the squared relative change,
        energy_limit: or (sum of squared change) / (sum of squares before); in each case only if extrema
            and zero crossings differ by one at most, and no knot of a maximum was below zero, none of a
            minimum above.
        fixed_sifts: instead, sift each IMF this many times (PyEMD's FIXE).
        fixed_imf_sifts: instead, sift until extrema and zero crossings differed by one at most this many
            times running (PyEMD's FIXE_H).
        most_sifts: an IMF is taken as it is after one sift fewer than this (PyEMD's MAX_ITERATION).
        unit: the amplitude in which limits count; the signal's standard deviation by default, so that metres
            and millimetres decompose alike. 1.0 gives PyEMD's absolute limits.
    """

    range_limit: float = 0.001
    power_limit: float = 0.005
    variance_limit: float = 0.001
    deviation_limit: float = 0.2
    energy_limit: float = 0.2
    fixed_sifts: int | None = None
    fixed_imf_sifts: int | None = None
    most_sifts: int = 1000
    unit: float | None = None

    def __post_init__(self) -> None:
        for name in ("range_limit", "power_limit", "variance_limit", "deviation_limit", "energy_limit"):
            if not getattr(self, name) >= 0:
                raise SignalError(f"{name}: is {getattr(self, name)}, must be 0 or more")
        for name, least in (("fixed_sifts", 1), ("fixed_imf_sifts", 1), ("most_sifts", 2)):
            if getattr(self, name) is not None and getattr(self, name) < least:
                raise SignalError(f"{name}: is {getattr(self, name)}, must be at least {least}")
        if self.fixed_sifts and self.fixed_imf_sifts:
            raise SignalError("fixed_sifts: leave it out, or fixed_imf_sifts; both are given")
        if self.unit is not None and not self.unit > 0:
            raise SignalError(f"unit: is {self.unit}, must be above 0")

    def limits(self, deviation: float, scale: float) -> np.ndarray:
        """Limits for a kernel, for a signal of this standard deviation that is given divided by `scale`."""
        unit = (deviation if self.unit is None else self.unit) / scale
        return np.array(
            [
                self.range_limit * unit,
                self.power_limit * unit,
                self.variance_limit * unit,
                self.deviation_limit,
                self.energy_limit,
                1e-10 * unit * unit,
            ]
        )

    def counts(self, most_imfs: int | None) -> np.ndarray:
        """Counts for a kernel."""
        if most_imfs is not None and most_imfs < 1:
            raise SignalError(f"most_imfs: is {most_imfs}, must be at least 1")
        return np.array([self.fixed_sifts or 0, self.fixed_imf_sifts or 0, self.most_sifts, most_imfs or -1])


@dataclass(frozen=True)
class Decomposition:
    """Intrinsic mode functions (IMFs), fast ones first, and what is left.

    Args:
        imfs: (..., K, time) in the signal's unit; zeros where a signal has fewer than K.
        residue: (..., time); `imfs.sum(-2) + residue` is the signal (ensembles: see there).
        counts: (...) number of IMFs of each signal.
    """

    imfs: np.ndarray
    residue: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Scaled:
    """A signal divided by a power of two (exact) so that its peak lies from 0.5 to 1, as kernels get it."""

    values: np.ndarray
    scale: float
    deviation: float


def scaled(row: np.ndarray) -> Scaled:
    """The signal as kernels get it: products of its samples neither overflow nor vanish."""
    scale = float(2.0 ** np.frexp(np.abs(row).max())[1])
    values = row / scale
    return Scaled(values, scale, float(values.std()) * scale)


def emd(
    values: np.ndarray,
    stopping: Stopping | None = None,
    most_imfs: int | None = None,
    threads: int | None = None,
) -> Decomposition:
    """Empirical mode decomposition of each signal.

    Args:
        values: (..., time), finite, 8 samples or more; time steps are equal, so no rate is needed.
        stopping: when to stop; `Stopping()` by default.
        most_imfs: end after so many IMFs; the rest stays in the residue.
        threads: signals are shared among so many threads; one a core by default. No bit depends on it.

    Raises SignalError where a signal is too short, not finite or constant.

    >>> t = np.arange(1000) / 1000
    >>> fast, slow = np.sin(2 * np.pi * 50 * t), np.sin(2 * np.pi * 5 * t)
    >>> found = emd(fast + slow)
    >>> bool(np.abs(found.imfs[0] - fast)[100:-100].max() < 0.05)
    True
    >>> bool(np.allclose(found.imfs.sum(0) + found.residue, fast + slow, atol=1e-12))
    True
    """
    values = np.asarray(values)
    rows = checked_signals(values, LEAST_SAMPLES)
    stopping = stopping or Stopping()
    counts = stopping.counts(most_imfs)
    time = rows.shape[1]
    tables, nothing = make_tables(time), np.zeros((1, time))

    def work(row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        signal = scaled(row)
        limits = stopping.limits(signal.deviation, signal.scale)
        residue = np.zeros(time)
        imfs, count = sum_trials(
            signal.values, nothing, limits, counts, tables, np.zeros((ROWS, time)), residue
        )
        return imfs[:count] * signal.scale, residue * signal.scale

    compile_trials(time)
    found = [result for _, result in in_order(work, list(rows), threads_to_use(threads), "EMD")]
    return stacked(found, values.shape)


def stacked(found: Sequence[tuple[np.ndarray, np.ndarray]], shape: tuple[int, ...]) -> Decomposition:
    """The decompositions of all signals of an array of this shape as one."""
    counts = np.array([len(imfs) for imfs, _ in found])
    imfs = np.zeros((len(found), counts.max(), shape[-1]))
    for place, (rows, _) in enumerate(found):
        imfs[place, : len(rows)] = rows
    residue = np.stack([rest for _, rest in found])
    return Decomposition(
        imfs.reshape(*shape[:-1], *imfs.shape[1:]), residue.reshape(shape), counts.reshape(shape[:-1])
    )


def compile_trials(time: int) -> None:
    """Compiles or loads the kernel, before threads share the work."""
    few = np.zeros(time)
    ready(sum_trials, few, few[None], few, np.zeros(4, np.int64), few[None], few[None], few)
