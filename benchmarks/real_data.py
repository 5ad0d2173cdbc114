"""Both real data sets in full: each sensor alone, fusions and simple baselines, several seeds.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with ultrasonic_weld.zip and
robotic_weld_runs.zip. Every row is a figure per weld of out-of-fold predictions with its 95 % interval over
groups; the note says how it compares with the best simple baseline on the same sensors and folds.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from harness import Goal, Row, row, run
from real_sets import apart, converted, fitted, recordings, told

import weldfusion as wf
from weldfusion.data.dataset import WeldWindows
from weldfusion.evaluation.baselines import fit_baselines
from weldfusion.evaluation.compare import Difference, as_difference
from weldfusion.evaluation.intervals import Interval
from weldfusion.training.plain import plain_windows

ULTRASONIC = ("power", "force", "distance", "readings", "cnn")
ROBOTIC = ("sound", "readings", "photos", "late", "concat")
SEEDS = 3
TREES = "extra trees, all sensors"
FRESH = (401, 501)
"""Divisions of the ultrasonic welds that were named before they were looked at; `curves_median` was
chosen on those of seed 301."""


def measure(quick: bool) -> list[Row]:
    source = recordings()
    one: dict[str, Any] = {"trainer.max_epochs": 2} if quick else {}
    several = one | ({} if quick else {"seeds": SEEDS})
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        welds = converted(source, "ultrasonic_weld", home)
        robotic = converted(source, "robotic_weld_runs", home)
        curves = fitted("ultrasonic_weld", "ultrasonic/curves", welds, home, several)
        rows = told(curves)
        median = "ultrasonic/curves_median"
        fresh = [fitted("ultrasonic_weld", median, welds, home, several | {"seed": seed}) for seed in FRESH]
        for one_division in fresh:
            rows += [*told(one_division), ahead(one_division, "pullout_force")]
        rows.append(ahead_together(fresh, "pullout_force"))
        rows += told(fitted("ultrasonic_weld", "ultrasonic/fusion", welds, home, several))
        rows += told(fitted("ultrasonic_weld_by_day", "ultrasonic/curves", welds, home, one))
        for name in () if quick else ULTRASONIC:
            rows += told(fitted("ultrasonic_weld", f"ultrasonic/{name}", welds, home, one))
        for name in ("readings",) if quick else ROBOTIC:
            rows += told(fitted("robotic_weld_runs", f"robotic/{name}", robotic, home, several))
    return rows


def ahead(trained: wf.Run, target: str) -> Row:
    """How much better the mean of the networks is than the best simple baseline on the same sensors and
    folds, paired over welds: the lower end of the interval, which should lie above 0."""
    entry = trained.evaluate()["targets"][target]
    level, figure = entry["weld"], entry["headline"]
    best = level["best_baseline"]
    gain = as_difference((level["ensemble"] or level["baselines"][best])["difference"][figure])
    lower = gain.interval.lower if gain.interval.lower is not None else float("nan")
    title = f"{trained.folder.path.name}: {target}, ahead of {best}, lower end of the paired interval"
    return row(title, lower, figure, Goal(">=", 0.0), peer=best, note=apart(gain))


def ahead_together(divisions: list[wf.Run], target: str) -> Row:
    """The same over several divisions of one set: a weld's differences of absolute errors are averaged over
    the divisions, then welds are resampled."""
    gains = [_gain(trained, target) for trained in divisions]
    gain = (sum(gains[1:], gains[0]) / len(gains)).to_numpy()
    rng = np.random.Generator(np.random.PCG64(0))
    means = gain[rng.integers(0, len(gain), (10_000, len(gain)))].mean(axis=1)
    lower, upper = np.quantile(means, [0.025, 0.975])
    title = (
        f"{target}, ahead of {TREES}, {len(divisions)} divisions together, lower end of the paired interval"
    )
    note = apart(Difference(float(gain.mean()), Interval(float(lower), float(upper))))
    return row(title, float(lower), "mae", Goal(">=", 0.0), peer=TREES, note=note)


def _gain(trained: wf.Run, target: str) -> pd.Series:
    """By weld: absolute error of extra trees less that of the mean of the networks."""
    features, truths = plain_windows(WeldWindows(trained.dataset(None), trained.settings.data))
    trees = fit_baselines(features, truths, list(trained.split.values()), trained.settings.seed)[TREES][1]
    return _error(trees, target) - _error(trained.predictions()[1], target)


def _error(frame: pd.DataFrame, target: str) -> pd.Series:
    welds = frame[frame["target"] == target].groupby("weld")[["truth", "value"]].mean()
    return (welds["value"] - welds["truth"]).abs()


if __name__ == "__main__":
    raise SystemExit(run("real_data", __doc__, measure))
