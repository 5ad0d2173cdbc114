"""EEMD beside PyEMD: speed, memory, threads, agreement."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from emd_parity import difference
from emd_peak import peer
from harness import Goal, Row, interleave, row, spread
from made_signals import keyhole, signals
from PyEMD import EMD

from weldfusion.signals.eemd import Ensemble, eemd
from weldfusion.signals.emd import Stopping, emd

PEER = "EMD-signal"
SPEED_GOALS = {2_000: 20.0, 10_000: 10.0, 50_000: 6.0}
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def measure(quick: bool) -> list[Row]:
    ensemble = Ensemble(trials=10 if quick else 100)
    sizes = [2_000] if quick else list(SPEED_GOALS)
    rows = [_speed(n, ensemble, 1 if quick else {2_000: 9, 10_000: 3, 50_000: 1}[n]) for n in sizes]
    rows.append(_threads(2_000 if quick else 10_000, ensemble, 3 if quick else 7))
    rows.append(_memory(2_000 if quick else 50_000, 4 if quick else 100))
    return [*rows, *_parity(42 if quick else 504, 1_000 if quick else 10_000, 4 if quick else 100)]


def _speed(n: int, ensemble: Ensemble, repeats: int) -> Row:
    x = keyhole(n)
    times = interleave(
        {"ours": lambda: eemd(x, ensemble, threads=CORES), "peer": lambda: peer(x, ensemble.trials, CORES)},
        repeats,
        warmup=0 if repeats == 1 and n > 10_000 else 1,
    )
    ratio = float(np.median(times["peer"]) / np.median(times["ours"]))
    note = f"{np.median(times['ours']):.3g} s, peer {np.median(times['peer']):.3g} s with {CORES} processes; "
    goal = Goal(">=", SPEED_GOALS[n])
    return row(f"EEMD, {ensemble.trials} trials, {n} samples", ratio, "times faster", goal, PEER, CORES,
               note + spread(times["ours"]))  # fmt: skip


def _threads(n: int, ensemble: Ensemble, repeats: int) -> Row:
    x = keyhole(n)
    times = interleave(
        {"1": lambda: eemd(x, ensemble, threads=1), "2": lambda: eemd(x, ensemble, threads=2)}, repeats
    )
    ratio = float(np.median(times["1"]) / np.median(times["2"]))
    return row(f"EEMD, {n} samples, 1 to 2 threads", ratio, "times faster", Goal(">=", 1.8), threads=2,
               note=spread(times["2"]))  # fmt: skip


def _memory(n: int, trials: int) -> Row:
    """Peaks of processes that do nothing else (`emd_peak.py`)."""
    ours, _ = _peak("ours", n, trials)
    parent, child = _peak("peer", n, trials)
    note = (
        f"{ours:.0f} MiB; peer {parent:.0f} MiB, not counted its {CORES} children of up to {child:.0f} MiB; "
        "interpreter and libraries included in both"
    )
    return row(
        f"EEMD, {n} samples, peak memory", ours / parent, "of the peer's", Goal("<=", 0.25), PEER, CORES, note
    )


def _peak(who: str, n: int, trials: int) -> tuple[float, float]:
    """Peak memory in MiB of a process and of its largest child."""
    script = Path(__file__).with_name("emd_peak.py")
    command = [sys.executable, str(script), who, str(n), str(trials), str(CORES)]
    own, child = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return int(own) / 1024, int(child) / 1024


def _parity(count: int, longest: int, trials: int) -> list[Row]:
    """Signals of all kinds, then the trials of one ensemble: the same noise fed to both."""
    begin = time.perf_counter()
    found = [difference(x) for _, x in signals(count, longest)]
    x = keyhole(1_000)
    noise = 0.2 * x.std() * Ensemble().noise_of(range(trials), 1_000)
    found += [difference(x + of_trial) for of_trial in noise]
    print(f"parity: {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    same = sum(ours == theirs for theirs, ours, _ in found)
    worst = max(off for *_, off in found)
    note = f"{count} signals of 8 to {longest} samples, {trials} trials of an ensemble"
    return [
        row("EMD, same number of IMFs", same / len(found), "of the signals", Goal(">=", 1.0), PEER, 1, note),
        row("EMD, largest difference", worst, "of the signal's range", Goal("<=", 1e-12), PEER, 1, note),
        _scale_row(),
    ]


def _scale_row() -> Row:
    x = keyhole(2_000)
    with np.errstate(divide="ignore", invalid="ignore"):
        theirs = len(EMD().emd(x)) - len(EMD().emd(1e-3 * x))
    ours = len(emd(x).imfs) - len(emd(x * 2.0**-10).imfs)
    absolute = len(emd(x, Stopping(unit=1.0)).imfs) - len(emd(1e-3 * x, Stopping(unit=1.0)).imfs)
    note = f"peer {theirs}; ours with absolute limits {absolute}"
    return row("EMD in other units, IMFs lost", ours, "IMFs", Goal("<=", 0), PEER, 1, note)
