"""Prediction frames with known contents for tests of evaluation and report."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from weldfusion.evaluation.compare import two_sided
from weldfusion.evaluation.frame import WELD_COLUMNS, WINDOW_COLUMNS
from weldfusion.evaluation.intervals import RESAMPLES, group_counts, percentile_interval


def long_frame(
    truth: np.ndarray,
    value: np.ndarray,
    group: Sequence[str] | np.ndarray,
    classes: Sequence[str] = ("",),
    kind: str = "real",
    target: str = "quality",
    seed: int = 0,
    windows: int | None = None,
) -> pd.DataFrame:
    """Frame of N rows: per weld, or with `windows` of them to a weld, per window; `truth` and `value`
    are (N, K)."""
    count, size = value.shape
    per = windows or 1
    weld = np.array([f"w{i // per:04d}" for i in range(count)], dtype=object)
    number = np.arange(count) % per
    columns = {
        "weld": np.repeat(weld, size),
        "group": np.repeat(np.asarray(group, dtype=object), size),
        "window": np.repeat(number, size),
        "t0_s": np.repeat(number * 0.5, size),
        "t1_s": np.repeat(number * 0.5 + 0.5, size),
        "x_mm": np.repeat(number * 5.0, size),
        "target": target,
        "kind": kind,
        "class": np.tile(np.array(classes, dtype=object), count),
        "truth": truth.astype(float).ravel(),
        "value": value.astype(float).ravel(),
        "lower": np.nan,
        "upper": np.nan,
        "present": "force,sound",
        "fold": "fold-0",
        "seed": seed,
    }
    return pd.DataFrame(columns)[list(WINDOW_COLUMNS if windows else WELD_COLUMNS)]


def class_data(
    count: int, classes: int, groups: int, skill: float = 1.5, key: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flags (N, K), probabilities (N, K) and groups (N,) of a classifier with some skill."""
    generator = np.random.Generator(np.random.PCG64(key))
    truth = generator.integers(classes, size=count)
    flags = np.eye(classes)[truth]
    logits = generator.normal(size=(count, classes)) + skill * flags
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    group = np.array([f"g{i % groups:02d}" for i in range(count)], dtype=object)
    return flags, probability, group


def equal_groups(groups: int) -> np.ndarray:
    """(G, R) weights of the groups in each resample, for means over groups of equal size."""
    return group_counts(groups, RESAMPLES, seed=0).T / groups


def mean_entry(values: np.ndarray, weights: np.ndarray) -> dict[str, Any]:
    """Mean over groups (G,) with its interval and p-value, as in `metrics.json`; `weights` (G, R)."""
    mean, resampled = float(values.mean()), values @ weights
    edges = percentile_interval(resampled, len(values))
    found = {"value": mean, "lower": edges.lower, "upper": edges.upper, "reason": edges.reason}
    return found | {"p": two_sided(mean, resampled, len(values))}


def mean_errors(ours: np.ndarray, theirs: np.ndarray, weights: np.ndarray) -> dict[str, Any]:
    """One level of a target in `metrics.json`: mean absolute errors from those of each group, ours (G,)
    beside those of B baselines (B, G)."""
    beside = {
        f"b{n}": {
            "figures": {"mae": mean_entry(one, weights)},
            "difference": {"mae": mean_entry(one - ours, weights)},
        }
        for n, one in enumerate(theirs)
    }
    return {"figures": {"mae": mean_entry(ours, weights)}, "baselines": beside}
