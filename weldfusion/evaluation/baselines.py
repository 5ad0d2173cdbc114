"""Simple models on plain features, trained and tested on the same folds as the network beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm import tqdm

from weldfusion.data.card import TargetSpec
from weldfusion.data.dealing import Fold
from weldfusion.errors import RunError
from weldfusion.evaluation.estimators import Estimator, ExtraTrees, Linear, Prior
from weldfusion.evaluation.frame import WINDOW_COLUMNS
from weldfusion.evaluation.join import join_windows

TRAIN_PARTS = ("fit", "select")
MOST_TRAINING_WINDOWS = 20_000


@dataclass(frozen=True)
class WindowFeatures:
    """Plain features of N windows by modality, and where the windows come from.

    `features[name]` is (N, F), rows of an absent modality NaN. The others are arrays of length N:
    `weld` and `group` str, `window` int (number in the weld), `t0_s`, `t1_s`, `x_mm` float.
    """

    features: Mapping[str, np.ndarray]
    weld: np.ndarray
    group: np.ndarray
    window: np.ndarray
    t0_s: np.ndarray
    t1_s: np.ndarray
    x_mm: np.ndarray

    def __post_init__(self) -> None:
        if not self.features:
            raise ValueError("baselines need the features of at least one modality")
        arrays = {f"features[{name}]": matrix for name, matrix in self.features.items()}
        arrays |= {name: getattr(self, name) for name in ("group", "window", "t0_s", "t1_s", "x_mm")}
        for name, array in arrays.items():
            if len(array) != len(self.weld):
                raise ValueError(f"{name} has {len(array)} rows, expected {len(self.weld)}")

    @property
    def present(self) -> np.ndarray:
        """object (N,): comma-joined modalities that have any feature in the window."""
        flags = {name: ~np.isnan(matrix).all(axis=1) for name, matrix in sorted(self.features.items())}
        rows = [",".join(n for n in flags if flags[n][i]) for i in range(len(self.weld))]
        return np.array(rows, dtype=object)


@dataclass(frozen=True)
class WindowTruth:
    """Truth of one target for N windows: `value` is class index (N,), flags (N, K) or a real (N,);
    `known` bool (N,)."""

    target: TargetSpec
    value: np.ndarray
    known: np.ndarray


def fit_baselines(
    windows: WindowFeatures, truths: Sequence[WindowTruth], folds: Sequence[Fold], seed: int
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Name of the baseline → prediction frames per window and per weld of the test parts of all folds.

    The baselines are the majority class or mean, and a linear model (logistic or ridge regression) and
    extra trees (Geurts et al. 2006, doi:10.1007/s10994-006-6226-1) on plain features of all sensors and
    of each sensor alone. They are fitted on the windows of the parts fit and select of each fold, on at
    most 20,000 of them (drawn by `seed`). Missing features are replaced by the training median.

    `group` is what the fold kept together, where it says so.

    Raises RunError if a fold has no training or no test window.
    """
    models = baseline_models(tuple(sorted(windows.features)))
    present = windows.present
    rows: dict[str, list[pd.DataFrame]] = {name: [] for name in models}
    work = [(fold, truth, name) for fold in folds for truth in truths for name in models]
    for fold, truth, name in tqdm(work, desc="baselines", disable=None, leave=False):
        estimator, modalities = models[name]
        frame = _fold_frame(windows, truth, fold, (estimator, modalities), seed)
        rows[name].append(frame.assign(present=present[frame["present"].to_numpy()], model=name))
    joined = {name: pd.concat(frames, ignore_index=True) for name, frames in rows.items()}
    return {name: (frame, join_windows(frame).assign(model=name)) for name, frame in joined.items()}


def baseline_models(modalities: tuple[str, ...]) -> dict[str, tuple[type[Estimator], tuple[str, ...]]]:
    """Name → estimator and the modalities it sees; with one sensor, "all sensors" is that sensor.

    >>> list(baseline_models(("photo", "sound")))[:3]
    ['majority or mean', 'linear, all sensors', 'extra trees, all sensors']
    """
    sets = {"all sensors": modalities} if len(modalities) > 1 else {}
    sets |= {f"{name} alone": (name,) for name in modalities}
    models: dict[str, tuple[type[Estimator], tuple[str, ...]]] = {"majority or mean": (Prior, ())}
    for label, names in sets.items():
        models[f"linear, {label}"] = (Linear, names)
        models[f"extra trees, {label}"] = (ExtraTrees, names)
    return models


def _fold_frame(
    windows: WindowFeatures,
    truth: WindowTruth,
    fold: Fold,
    model: tuple[type[Estimator], tuple[str, ...]],
    seed: int,
) -> pd.DataFrame:
    """Rows of one fold, target and baseline; `present` holds window numbers, filled by the caller."""
    parts = np.array([fold.parts.get(str(weld), "unused") for weld in windows.weld], dtype=object)
    train = np.flatnonzero(np.isin(parts, TRAIN_PARTS) & truth.known)
    test = np.flatnonzero(parts == "test")
    for name, found in (("training", train), ("test", test)):
        if not len(found):
            raise RunError(
                f"baselines: fold '{fold.name}' has no {name} window for target '{truth.target.name}'"
            )
    train = _at_most(train, MOST_TRAINING_WINDOWS, seed)
    estimator, names = model
    columns = [windows.features[name] for name in names]
    matrix = np.concatenate(columns, axis=1) if columns else np.zeros((len(windows.weld), 0))
    value = estimator(truth.target, seed).fit_predict(matrix[train], truth.value[train], matrix[test])
    rows = _rows(windows, truth, test, value).assign(fold=fold.name, seed=seed)
    return rows if fold.groups is None else rows.assign(group=[fold.groups[weld] for weld in rows["weld"]])


def _at_most(rows: np.ndarray, most: int, seed: int) -> np.ndarray:
    if len(rows) <= most:
        return rows
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, len(rows)])))
    return np.sort(generator.choice(rows, most, replace=False))


def _rows(windows: WindowFeatures, truth: WindowTruth, test: np.ndarray, value: np.ndarray) -> pd.DataFrame:
    """Long prediction frame of the test windows; `value` (N, K)."""
    target = truth.target
    classes = target.classes if target.kind != "real" else ("",)
    flags = truth.value[test].astype(float)
    if target.kind == "class":
        flags = (truth.value[test][:, None] == np.arange(len(classes))).astype(float)
    flags = np.where(truth.known[test][:, None], flags.reshape(len(test), -1), np.nan)
    size = len(classes)
    where = {
        name: np.repeat(getattr(windows, name)[test], size)
        for name in ("weld", "group", "window", "t0_s", "t1_s", "x_mm")
    }
    rest = {
        "target": target.name,
        "kind": target.kind,
        "class": np.tile(np.array(classes, dtype=object), len(test)),
        "truth": flags.ravel(),
        "value": value.ravel(),
        "lower": np.nan,
        "upper": np.nan,
        "present": np.repeat(test, size),
        "fold": "",
        "seed": 0,
    }
    return pd.DataFrame({**where, **rest})[list(WINDOW_COLUMNS)]
