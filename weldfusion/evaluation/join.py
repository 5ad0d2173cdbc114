"""Predictions of windows joined to predictions of welds."""

from typing import Any

import numpy as np
import pandas as pd

from weldfusion.evaluation.frame import WELD_COLUMNS

LEAST_PROBABILITY = 1e-3


def join_windows(windows: pd.DataFrame) -> pd.DataFrame:
    """Per-weld prediction frame from a per-window one.

    Rule: a class's probability is the normalised exponential of the mean log-probability over the
    weld's windows (probabilities below 0.001 count as 0.001, so that one window cannot rule a class
    out); a flag's is its mean probability; a number's is the mean. Truth: the mean of known truths of
    the windows for a number, the most frequent one for a class, any window's for a flag. Present is
    every modality that any window had.
    """
    keys = ["seed", "fold", "weld", "target"]
    frame = windows.assign(log=np.log(np.maximum(windows["value"].to_numpy(dtype=float), LEAST_PROBABILITY)))
    grouped = frame.groupby([*keys, "class"], sort=False, dropna=False)
    joined = grouped.agg(
        {
            "group": "first",
            "kind": "first",
            "truth": "mean",
            "value": "mean",
            "lower": "mean",
            "upper": "mean",
            "present": _union,
            "log": "mean",
        }
    ).reset_index()
    is_class = (joined["kind"] == "class").to_numpy(dtype=bool)
    weld = joined.groupby(keys, sort=False).ngroup().to_numpy()
    odds = np.exp(joined["log"].to_numpy(dtype=float))
    share = odds / np.bincount(weld, weights=odds)[weld]
    joined["value"] = np.where(is_class, share, joined["value"])
    joined["truth"] = _join_truth(joined["truth"].to_numpy(dtype=float), joined["kind"], weld)
    return joined[list(WELD_COLUMNS)]


def _union(present: pd.Series) -> str:
    names = {name for window in present.unique() for name in window.split(",") if name}
    return ",".join(sorted(names))


def _join_truth(mean: np.ndarray, kind: pd.Series, weld: np.ndarray) -> np.ndarray:
    """Mean truths of the windows → truths of the weld; ties go to the first class."""
    truth = mean.copy()
    flags = (kind == "multilabel").to_numpy(dtype=bool) & ~np.isnan(mean)
    truth[flags] = mean[flags] > 0
    rows = np.flatnonzero((kind == "class").to_numpy(dtype=bool) & ~np.isnan(mean))
    order = rows[np.lexsort((rows, -mean[rows], weld[rows]))]
    _, first = np.unique(weld[order], return_index=True)
    truth[rows] = 0.0
    truth[order[first]] = 1.0
    return truth


def mean_of_networks(frame: pd.DataFrame) -> pd.DataFrame:
    """One prediction where several networks (folds, seeds) predicted the same: the mean of their values.

    An ensemble (Lakshminarayanan et al. 2017, arXiv:1612.01474). `lower` and `upper` become the smallest
    and largest of the networks' values, NaN where there is but one; `fold` is the comma-joined folds,
    `seed` the first seed.
    """
    keys = [name for name in ("weld", "window", "target", "class") if name in frame]
    same: dict[str, Any] = {
        name: "first" for name in frame.columns if name not in (*keys, "value", "lower", "upper", "fold")
    }
    grouped = frame.groupby(keys, sort=False, dropna=False)
    joined = grouped.agg(same | {"value": "mean", "fold": lambda folds: ",".join(folds.unique())})
    several = grouped["value"].size() > 1
    edges = {"lower": grouped["value"].min().where(several), "upper": grouped["value"].max().where(several)}
    return joined.assign(**edges).reset_index()[list(frame.columns)]
