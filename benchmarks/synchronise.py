"""Synchronisation of simulated pairs at 10 dB: offset, drift, how honest the deviations are, false alarms."""

import time

import numpy as np
from harness import Goal, Row, row, run
from made_pairs import pair

from weldfusion.signals.synchronise import NotSignificant, find_drift, find_offset

PAIRS = ((2_000.0, 500.0), (500.0, 2_000.0), (10_000.0, 1_000.0), (500.0, 500.0))


def measure(quick: bool) -> list[Row]:
    count = 10 if quick else 200
    rows = [found for rates in PAIRS for found in _offsets(rates, count)]
    rows += _drifts((5_000.0, 2_000.0), 4.0, 2 if quick else 30)
    rows += _drifts((10_000.0, 5_000.0), 8.0, 2 if quick else 30)
    return [*rows, _false_alarms(count)]


def _offsets(rates: tuple[float, float], count: int) -> list[Row]:
    off, deviation = [], []
    begin = time.perf_counter()
    for seed in range(count):
        first, second, truth = pair(seed, *rates)
        try:
            found = find_offset(first, rates[0], second, rates[1])
        except NotSignificant:
            continue
        off.append((found.offset_s - truth) * min(rates))
        deviation.append(found.sd_s * min(rates))
    errors, spread = np.array(off), np.array(deviation)
    name = f"{rates[0]:g} and {rates[1]:g} Hz"
    within = (np.abs(errors) <= 1).sum() / count
    note = (
        f"{count} pairs of 10 s; {count - len(errors)} refused; rms error {errors.std():.2f} samples; "
        f"{(time.perf_counter() - begin) / count:.2g} s a pair"
    )
    return [
        row(f"offset within a sample, {name}", within, "of the pairs", Goal(">=", 0.95), note=note),
        row(f"offset error / stated sd, {name}", (errors / spread).std(), note="1 is honest"),
    ]


def _drifts(rates: tuple[float, float], steps_per_s: float, count: int) -> list[Row]:
    off, deviation = [], []
    for seed in range(count):
        ppm = float(np.random.default_rng(seed).uniform(-100, 100))
        first, second, _ = pair(seed, *rates, 30.0, steps_per_s, ppm)
        found = find_drift(first, rates[0], second, rates[1])
        off.append(found.rate_ppm - ppm)
        deviation.append(found.rate_sd_ppm)
    errors, spread = np.array(off), np.array(deviation)
    allowed = np.median(spread) <= 2.5
    name = f"{rates[0]:g} and {rates[1]:g} Hz, {steps_per_s:g} steps a second"
    note = f"{count} pairs of 30 s; stated sd {np.median(spread):.1f} ppm; rms error {errors.std():.1f} ppm"
    goal = Goal(">=", 0.95) if allowed else None
    return [
        row(f"drift within 5 ppm, {name}", (np.abs(errors) <= 5).mean(), "of the pairs", goal, note=note),
        row(f"drift error / stated sd, {name}", (errors / spread).std(), note="1 is honest"),
    ]


def _false_alarms(count: int) -> Row:
    found = 0
    for seed in range(count):
        first, _, _ = pair(seed, 500.0, 500.0)
        _, second, _ = pair(seed + 100_000, 500.0, 500.0)
        try:
            find_offset(first, 500.0, second, 500.0)
            found += 1
        except NotSignificant:
            pass
    return row("unrelated recordings synchronised", found / count, "of the pairs", Goal("<=", 0.02))


if __name__ == "__main__":
    raise SystemExit(run("synchronise", __doc__, measure))
