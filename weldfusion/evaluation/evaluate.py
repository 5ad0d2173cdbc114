"""All figures of a run, with intervals and baselines, as plain values for `metrics.json`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from weldfusion.evaluation.breakdown import by_group, class_counts, confusion, limits
from weldfusion.evaluation.compare import common_rows, difference
from weldfusion.evaluation.compared import best_baseline
from weldfusion.evaluation.events import tolerance_of
from weldfusion.evaluation.frame import (
    DENSE,
    NUMBERS,
    Level,
    TargetTable,
    check_frame,
    target_names,
    target_tables,
)
from weldfusion.evaluation.intervals import LEVEL, NO_SPREAD, RESAMPLES, Interval, group_counts
from weldfusion.evaluation.join import mean_of_networks
from weldfusion.evaluation.measure import Measured, group_names, measure
from weldfusion.evaluation.totals import HEADLINE, SMALLER_IS_BETTER, Key, headline

SCHEMA = 3
"""Raised whenever the arithmetic changes, so that studies evaluate kept runs anew. 2: intervals and p-values
for few groups; 3: where the network is balanced, baselines with and without balancing."""
NO_EXCEPTION = "no exception seen"
WITHOUT_DIRECTION = frozenset({"bias", "coverage"})
SHARES = frozenset(
    {
        "accuracy",
        "balanced_accuracy",
        "macro_f1",
        "exact_match",
        "precision",
        "recall",
        "f1",
        "auc",
        "coverage",
        "average_precision",
        "event_precision",
        "event_recall",
        "event_f1",
    }
)
Tables = Mapping[int, TargetTable]
Frames = tuple[pd.DataFrame, pd.DataFrame]

UNDEFINED = {
    "precision": "never called",
    "recall": "no truth of this class",
    "f1": "no truth of this class",
    "auc": "needs truths of this class and of another",
    "average_precision": "no truth of this class",
    "event_precision": "never called",
    "event_recall": "no true event",
    "event_f1": "no true event",
    "r2": "all truths are equal",
}


def evaluate(
    windows: pd.DataFrame,
    welds: pd.DataFrame,
    baselines: Mapping[str, Frames],
    seed: int,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Figures per weld and per window of every target, beside each baseline.

    `windows` and `welds` are prediction frames (out-of-fold predictions of all folds pooled);
    `baselines` maps a name to such a pair, which stands beside the targets that it predicts. Every figure is
    a mapping with `value`, `lower`, `upper` (95 % by resampling whole groups, keyed by `seed`), `reason` (why
    a value or interval is absent), `seeds` (value of each training seed) and `seed_sd`. Absent numbers are
    None, never NaN.

    Where a fold has several networks (seeds), `ensemble` per weld tells the figures of their mean and how
    much it is better than the best baseline.

    Raises RunError if a frame is damaged.
    """
    frames: dict[str, Frames] = {"": (windows, welds), **baselines}
    for pair in frames.values():
        check_frame(pair[0], "window")
        check_frame(pair[1], "weld")
    levels: tuple[Level, ...] = ("weld", "window")
    targets: dict[str, Any] = {}
    warnings: list[str] = []
    work = [(target, level) for target in target_names(welds) for level in levels]
    for target, level in tqdm(work, desc="figures", disable=None, leave=False):
        column = 0 if level == "window" else 1
        tables = {
            name: target_tables(pair[column], target)
            for name, pair in frames.items()
            if target in target_names(pair[column])
        }
        ours = tables.pop("")
        entry = targets.setdefault(target, _target_entry(next(iter(ours.values()))))
        entry[level] = _level(ours, tables, seed, resamples)
        if level == "weld":
            entry[level]["ensemble"] = _ensemble(
                welds, target, tables.get(entry[level]["best_baseline"]), seed, resamples
            )
            warnings += [f"{target}: {text}" for text in limits(ours)]
    return {
        "schema": SCHEMA,
        "level": LEVEL,
        "resamples": resamples,
        "seed": seed,
        "targets": targets,
        "warnings": warnings,
    }


def _target_entry(table: TargetTable) -> dict[str, Any]:
    judged = HEADLINE[table.kind]
    dense = {"step_s": table.step_s, "tolerance_s": tolerance_of(table.step_s)} if table.kind in DENSE else {}
    return dense | {
        "kind": table.kind,
        "classes": list(table.classes) if table.kind not in NUMBERS else [],
        "headline": judged,
        "smaller_is_better": judged in SMALLER_IS_BETTER,
    }


def _level(ours: Tables, baselines: Mapping[str, Tables], seed: int, resamples: int) -> dict[str, Any]:
    """Metrics of one target on one level."""
    first = next(iter(ours.values()))
    known = first.rows(first.known)
    head: dict[str, Any] = {
        "rows": len(known),
        "unknown": len(first) - len(known),
        "welds": len(np.unique(known.weld.astype(str))),
        "groups": len(np.unique(known.group.astype(str))),
        "folds": sorted({str(fold) for table in ours.values() for fold in table.fold}),
        "seeds": list(ours),
    }
    if not len(known):
        return head | {
            "reason": "no truth is known",
            "figures": {},
            "per_class": {},
            "baselines": {},
            "best_baseline": None,
        }
    names = group_names(ours)
    counts = group_counts(len(names), resamples, seed)
    measured = measure(ours, names, counts)
    beside = {name: _beside(ours, tables, measured, counts, seed) for name, tables in baselines.items()}
    found = best_baseline(beside, headline(first.kind, first.level))
    best = found.name if found else None
    shown = {"": ours} | ({"best": baselines[best]} if best else {})
    return (
        head
        | {"reason": "", **_figures(measured, first.classes)}
        | {"class_counts": class_counts(ours), "confusion": confusion(ours)}
        | {"by_group": by_group(shown[""], shown.get("best")), "best_baseline": best, "baselines": beside}
    )


def _beside(
    ours: Tables, theirs: Tables, measured: Measured, counts: np.ndarray, seed: int
) -> dict[str, Any]:
    """A baseline's figures on the rows it shares with ours, and ours minus theirs."""
    ours_shared, theirs_shared = common_rows(ours, theirs)
    rows = sum(len(table) for table in ours_shared.values())
    names = group_names(ours_shared)
    if rows != sum(int(table.known.sum()) for table in ours.values()):
        counts = group_counts(len(names), len(counts), seed)
        measured = measure(ours_shared, names, counts)
    their = measure(theirs_shared, names, counts)
    shared = [key for key in their.by_seed if not key[1] and key[0] not in WITHOUT_DIRECTION]
    classes = next(iter(theirs.values())).classes
    differences = {key[0]: _difference(measured, their, key) for key in shared}
    return {"rows": rows // len(ours), **_figures(their, classes), "difference": differences}


def _ensemble(
    welds: pd.DataFrame, target: str, best: Tables | None, seed: int, resamples: int
) -> dict[str, Any] | None:
    """Figures of the mean of a fold's networks (seeds), and that mean minus the best baseline."""
    part = welds[welds["target"] == target]
    seeds = part["seed"].nunique()
    if seeds < 2 or part["truth"].isna().all():
        return None
    means = [mean_of_networks(rows) for _, rows in part.groupby("fold", sort=False)]
    tables = target_tables(pd.concat(means, ignore_index=True), target)
    names = group_names(tables)
    counts = group_counts(len(names), resamples, seed)
    measured = measure(tables, names, counts)
    figures = _figures(measured, next(iter(tables.values())).classes)["figures"]
    beside = _beside(tables, best, measured, counts, seed)["difference"] if best else {}
    return {"networks": seeds, "figures": figures, "difference": beside}


def _difference(ours: Measured, theirs: Measured, key: Key) -> dict[str, Any]:
    found = difference(ours, theirs, key)
    return {
        "value": _plain(found.value),
        "lower": found.interval.lower,
        "upper": found.interval.upper,
        "reason": found.interval.reason,
        "p": found.p,
    }


def _figures(measured: Measured, classes: tuple[str, ...]) -> dict[str, Any]:
    keys = list(measured.by_seed)
    per_class = {
        name: {key[0]: _figure(measured, key) for key in keys if key[1] == name} for name in classes if name
    }
    return {
        "figures": {key[0]: _figure(measured, key) for key in keys if not key[1]},
        "per_class": per_class,
    }


def _figure(measured: Measured, key: Key) -> dict[str, Any]:
    seeds = measured.by_seed[key]
    value = _plain(measured.value(key))
    found: dict[str, Any] = {"value": value, "lower": None, "upper": None, "reason": ""}
    if value is None:
        found["reason"] = UNDEFINED.get(key[0], "not defined for these welds")
    else:
        interval = _unless_perfect(measured.interval(key), key, value)
        found |= {"lower": interval.lower, "upper": interval.upper, "reason": interval.reason}
    sd = float(seeds.std(ddof=1)) if len(seeds) > 1 else np.nan
    return found | {"seed_sd": _plain(sd), "seeds": [_plain(seed) for seed in seeds]}


def _unless_perfect(interval: Interval, key: Key, value: float) -> Interval:
    """A share of exactly 0 or 1 in every resample has no honest interval: its width would be 0, while by
    the rule of three up to 3 / groups of new groups may differ (Hanley & Lippman-Hand 1983,
    doi:10.1001/jama.1983.03330370053031)."""
    if key[0] in SHARES and value in (0.0, 1.0) and interval.reason == NO_SPREAD:
        return Interval(None, None, NO_EXCEPTION)
    return interval


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
