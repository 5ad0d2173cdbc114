"""Predictions of windows joined to predictions of welds."""

from typing import Any

import numpy as np
import pandas as pd

from weldfusion.evaluation.frame import (
    CONFLICT,
    DENSE,
    STEP_COLUMNS,
    TOTAL_CONFLICT,
    WELD_COLUMNS,
    with_conflict,
)

LEAST_PROBABILITY = 1e-3
CONFLICTS = (CONFLICT, TOTAL_CONFLICT)
KEYS = ["seed", "fold", "weld", "target"]


def join_windows(windows: pd.DataFrame) -> pd.DataFrame:
    """Per-weld prediction frame from a per-window one.

    Rule: a class's probability is the normalised exponential of the mean log-probability over the
    weld's windows (probabilities below 0.001 count as 0.001, so that one window cannot rule a class
    out); a flag's is its mean probability; a number's is the mean. Truth: the mean of known truths of
    the windows for a number, the most frequent one for a class, any window's for a flag. Present is
    every modality that any window had. Conflict and total conflict are
    means of the windows.

    A dense target stays a row for every step: the weld's steps begin with its first window, and every
    step of a window counts for that step of the weld in which its middle lies (exactly one where the hop
    is a whole number of steps), flags and numbers joined as above. Such a frame has `STEP_COLUMNS`
    besides.
    """
    windows = with_conflict(windows)
    dense = windows["kind"].isin(DENSE)
    if not dense.any():
        return _join_whole(windows)
    if dense.all():
        return _join_steps(windows)
    whole = _join_whole(windows[~dense]).assign(step=0)
    return pd.concat([whole, _join_steps(windows[dense])], ignore_index=True)


def _join_whole(windows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the targets that have one value a window."""
    frame = windows.assign(log=np.log(np.maximum(windows["value"].to_numpy(dtype=float), LEAST_PROBABILITY)))
    grouped = frame.groupby([*KEYS, "class"], sort=False, dropna=False)
    joined = grouped.agg(SAME | MEANS | {"log": "mean"}).reset_index()
    is_class = (joined["kind"] == "class").to_numpy(dtype=bool)
    weld = joined.groupby(KEYS, sort=False).ngroup().to_numpy()
    odds = np.exp(joined["log"].to_numpy(dtype=float))
    share = odds / np.bincount(weld, weights=odds)[weld]
    joined["value"] = np.where(is_class, share, joined["value"])
    joined["truth"] = _join_truth(joined["truth"].to_numpy(dtype=float), joined["kind"], weld)
    return joined[[*WELD_COLUMNS, *CONFLICTS]]


def _join_steps(windows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the dense targets: one for every step of the weld."""
    start = windows.groupby(KEYS, sort=False)["t0_s"].transform("min").to_numpy(dtype=float)
    first, last = windows["t0_s"].to_numpy(dtype=float), windows["t1_s"].to_numpy(dtype=float)
    keys = windows.groupby(KEYS, sort=False).ngroup().to_numpy()
    width = (np.bincount(keys, weights=last - first) / np.bincount(keys))[keys]
    # A step's middle is half a step from its start; a millionth of a step keeps rounding out.
    cell = np.floor(((first + last) / 2 - start) / width + 1e-6).astype(np.int64)
    frame = windows.assign(step=cell, t0_s=start + cell * width, t1_s=start + (cell + 1) * width)
    grouped = frame.groupby([*KEYS, "step", "class"], sort=False, dropna=False)
    rules = SAME | MEANS | {"t0_s": "first", "t1_s": "first", "x_mm": "mean"}
    if windows["present"].nunique() == 1:
        rules["present"] = "first"
    joined = grouped.agg(rules).reset_index()
    truth = joined["truth"].to_numpy(dtype=float)
    joined["truth"] = _join_truth(truth, joined["kind"], np.arange(len(joined)))
    order = joined.groupby(KEYS, sort=False).ngroup().to_numpy()
    joined = joined.iloc[np.lexsort((joined["step"].to_numpy(), order))].reset_index(drop=True)
    return joined[[*WELD_COLUMNS, *CONFLICTS, *STEP_COLUMNS]]


def _union(present: pd.Series) -> str:
    names = {name for window in present.unique() for name in window.split(",") if name}
    return ",".join(sorted(names))


SAME: dict[str, Any] = {"group": "first", "kind": "first", "present": _union}
MEANS: dict[str, Any] = dict.fromkeys(("truth", "value", "lower", "upper", *CONFLICTS), "mean")


def _join_truth(mean: np.ndarray, kind: pd.Series, weld: np.ndarray) -> np.ndarray:
    """Mean truths of the windows → truths of the weld; ties go to the first class."""
    truth = mean.copy()
    flags = kind.isin(("multilabel", "intervals")).to_numpy(dtype=bool) & ~np.isnan(mean)
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
    `seed` the first seed, `conflict` and `total_conflict` the mean.
    """
    keys = [name for name in ("weld", "window", "step", "target", "class") if name in frame]
    own = (*keys, "value", "lower", "upper", "fold")
    same: dict[str, Any] = {
        name: "mean" if name in CONFLICTS else "first" for name in frame.columns if name not in own
    }
    grouped = frame.groupby(keys, sort=False, dropna=False)
    joined = grouped.agg(same | {"value": "mean", "fold": lambda folds: ",".join(folds.unique())})
    several = grouped["value"].size() > 1
    edges = {"lower": grouped["value"].min().where(several), "upper": grouped["value"].max().where(several)}
    return joined.assign(**edges).reset_index()[list(frame.columns)]
