"""Complete ensemble EMD with adaptive noise (CEEMDAN), improved and original.

Sources: improved: Colominas, Schlotthauer & Torres 2014, doi:10.1016/j.bspc.2014.06.009; original: Torres
et al. 2011, doi:10.1109/ICASSP.2011.5947265.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from tqdm import tqdm

from weldfusion.errors import SignalError, did_you_mean
from weldfusion.signals.checked import checked_signals
from weldfusion.signals.eemd import Ensemble
from weldfusion.signals.emd import LEAST_SAMPLES, Decomposition, Scaled, Stopping, scaled, stacked
from weldfusion.signals.kernels.compiled import ready
from weldfusion.signals.kernels.ensemble import next_modes, sum_first_imfs
from weldfusion.signals.kernels.extrema import find_extrema
from weldfusion.signals.kernels.sifting import make_tables
from weldfusion.signals.workers import in_order, threads_to_use

Variant = Literal["improved", "original"]
VARIANTS = ("improved", "original")
RANGE_LIMIT, POWER_LIMIT = 0.01, 0.05
MOST_STAGES = 100


def ceemdan(
    values: np.ndarray,
    ensemble: Ensemble | None = None,
    variant: Variant = "improved",
    stopping: Stopping | None = None,
    most_imfs: int | None = None,
    threads: int | None = None,
) -> Decomposition:
    """Decomposition in stages: one IMF of the whole ensemble is taken before the next is looked for.

    With r the residue so far, <.> the mean over trials, E_k(w) the k-th mode of a trial's noise and E_1 the
    first IMF of a noisy residue:

    - improved: z = r + b E_k(w), next residue = <z - E_1(z)>; b is `noise` * std(r), for k = 1 divided by
      std(E_1(w)) of the trial;
    - original: IMF = <E_1(r + b E_(k-1)(w))>, with E_0(w) = w and b = `noise` * std(r).

    `imfs.sum(-2) + residue` is the signal in both. It ends when the residue has two extrema or fewer, or is
    smaller than PyEMD's limits for CEEMDAN (range 0.01, sum of magnitudes 0.05, in units of `stopping`).

    Args:
        values: (..., time), finite, 8 samples or more. Signals share the modes of the noise.
        ensemble: number of trials, noise and seed; `Ensemble()` by default.
        variant: "improved" (fewer spurious modes) or "original".
        stopping: when a sifting stops.
        most_imfs: end after so many IMFs.
        threads: share the trials among so many threads; no bit depends on it.

    Raises SignalError where a signal is too short, not finite or constant.

    >>> x = np.sin(np.arange(200) / 3) + np.sin(np.arange(200) / 30)
    >>> found = ceemdan(x, Ensemble(trials=10))
    >>> bool(np.allclose(found.imfs.sum(0) + found.residue, x, atol=1e-12))
    True
    """
    if variant not in VARIANTS:
        raise SignalError(f"variant: {variant!r} is not known; {did_you_mean(variant, VARIANTS)}")
    values = np.asarray(values)
    rows = checked_signals(values, LEAST_SAMPLES)
    ensemble, stopping = ensemble or Ensemble(), stopping or Stopping()
    stopping.counts(most_imfs)
    signals = [_Residue(scaled(row), stopping) for row in rows]
    modes = _NoiseModes(ensemble, variant, stopping, rows.shape[1])
    _take_stages(signals, modes, MOST_STAGES if most_imfs is None else most_imfs, threads)
    return stacked([signal.result() for signal in signals], values.shape)


@dataclass
class _Residue:
    """One signal between two stages; `rest` is what is left."""

    signal: Scaled
    stopping: Stopping

    def __post_init__(self) -> None:
        self.rest = self.signal.values.copy()
        self.imfs: list[np.ndarray] = []
        self.limits = self.stopping.limits(self.signal.deviation, self.signal.scale)
        self.unit = (self.stopping.unit or self.signal.deviation) / self.signal.scale

    def is_spent(self) -> bool:
        found = find_extrema(self.rest, np.empty((3, len(self.rest) + 2), np.int64))
        small = np.ptp(self.rest) < RANGE_LIMIT * self.unit
        return found[0] + found[1] <= 2 or small or np.abs(self.rest).sum() < POWER_LIMIT * self.unit

    def result(self) -> tuple[np.ndarray, np.ndarray]:
        return np.stack(self.imfs) * self.signal.scale, self.rest * self.signal.scale


class _NoiseModes:
    """The modes of the noise of all trials, one stage after the other; only their running sums are kept."""

    def __init__(self, ensemble: Ensemble, variant: Variant, stopping: Stopping, time: int):
        self.ensemble, self.improved, self.time = ensemble, variant == "improved", time
        self.tables = make_tables(time)
        self.limits, self.counts = stopping.limits(1.0, 1.0), stopping.counts(None)
        self.sums = np.zeros((ensemble.trials, time))
        self.states = np.zeros(ensemble.trials, np.int64)

    def of(self, trials: range, stage: int) -> np.ndarray:
        """What is added to the residues at this stage (from 0), for unit `noise` and standard deviation."""
        noise = self.ensemble.noise_of(trials, self.time)
        number = stage if self.improved else stage - 1
        if number < 0:
            return noise
        part = slice(trials.start, trials.stop)
        next_modes(noise, self.sums[part], self.states[part], number, self.limits, self.counts, self.tables)
        if number == 0 and self.improved:
            deviation = noise.std(axis=1, keepdims=True)
            noise /= np.where(deviation > 0, deviation, 1.0)
        return noise


def _take_stages(signals: list[_Residue], modes: _NoiseModes, most: int, threads: int | None) -> None:
    """IMF after IMF of each signal, until its residue is spent or it has `most`."""
    _compile_stages(modes.time)
    with tqdm(desc="CEEMDAN, IMFs", delay=2.0, leave=False, disable=None) as bar:
        for stage in range(most):
            active = [signal for signal in signals if not (signal.imfs and signal.is_spent())]
            if not active:
                break
            _take_stage(active, modes, stage, threads_to_use(threads))
            bar.update()


def _take_stage(signals: list[_Residue], modes: _NoiseModes, stage: int, threads: int) -> None:
    """One more IMF of each signal."""
    level = [modes.ensemble.noise * float(signal.rest.std()) for signal in signals]
    single = modes.counts.copy()

    def work(trials: range) -> list[tuple[np.ndarray, np.ndarray]]:
        noise = modes.of(trials, stage)
        sums = []
        for signal, size in zip(signals, level, strict=True):
            firsts = np.zeros(modes.time)
            sum_first_imfs(signal.rest, noise, size, signal.limits, single, modes.tables, firsts)
            sums.append((firsts, noise.sum(axis=0) * size))
        return sums

    firsts, added = np.zeros((2, len(signals), modes.time))
    for _, sums in in_order(work, modes.ensemble.jobs(modes.time), threads, f"CEEMDAN, IMF {stage + 1}"):
        for place, (first, noise) in enumerate(sums):
            firsts[place] += first
            added[place] += noise
    for signal, first, noise in zip(signals, firsts, added, strict=True):
        imf = (first - noise if modes.improved else first) / modes.ensemble.trials
        signal.imfs.append(imf)
        signal.rest = signal.rest - imf


def _compile_stages(time: int) -> None:
    """Compiles or loads the kernels, before threads share the work."""
    few, rows, counts = np.zeros(time), np.zeros((2, time)), np.zeros(4, np.int64)
    ready(next_modes, rows, rows, counts, 0, few, counts, rows)
    ready(sum_first_imfs, few, rows, 0.0, few, counts, rows, few)
    ready(find_extrema, few, np.zeros((3, time), np.int64))
