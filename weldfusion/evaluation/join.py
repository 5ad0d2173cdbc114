"""Predictions of windows joined to predictions of welds."""

import numpy as np
import pandas as pd

from weldfusion.evaluation.frame import WELD_COLUMNS

LEAST_PROBABILITY = 1e-3


def join_windows(windows: pd.DataFrame) -> pd.DataFrame:
    """Per-weld prediction frame from a per-window one.

    Rule: a class's probability is the normalised exponential of the mean log-probability over the
    weld's windows (probabilities below 0.001 count as 0.001, so that one window cannot rule a class
    out); a flag's is its mean probability; a number's is the mean. Truth: the mean of known truths of
    the windows for a number, the most frequent one for a class, any window's for a flag.
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
            "present": "first",
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
