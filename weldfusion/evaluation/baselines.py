"""Simple models on plain features, trained and tested on the same folds as the network beside it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm import tqdm

from weldfusion.data.card import TargetSpec
from weldfusion.data.dealing import Fold
from weldfusion.data.steps import step_edges
from weldfusion.errors import RunError
from weldfusion.evaluation.estimators import (
    BalancedLinear,
    BalancedTrees,
    Estimator,
    ExtraTrees,
    Learned,
    Linear,
    Prior,
)
from weldfusion.evaluation.frame import WINDOW_COLUMNS
from weldfusion.evaluation.join import join_windows

TRAIN_PARTS = ("fit", "select")
MOST_TRAINING_WINDOWS = 20_000
MOST_TRAINING_STEPS = 5_000

Kinds = Mapping[str, type[Learned]]
"""Name of a kind of model → the model."""
PLAIN: Kinds = {"linear": Linear, "extra trees": ExtraTrees}
BALANCED: Kinds = {"balanced linear": BalancedLinear, "balanced extra trees": BalancedTrees}


@dataclass(frozen=True)
class WindowFeatures:
    """Plain features of N windows (or steps of windows) by modality, and where they come from.

    `features[name]` is (N, F), rows of an absent modality NaN. The others are arrays of length N:
    `weld` and `group` str, `window` int (number in the weld), `t0_s`, `t1_s`, `x_mm` float; `step` is the
    step's number in the window and `steps` how many a window has (0 and 1 for whole windows).
    """

    features: Mapping[str, np.ndarray]
    weld: np.ndarray
    group: np.ndarray
    window: np.ndarray
    t0_s: np.ndarray
    t1_s: np.ndarray
    x_mm: np.ndarray
    step: np.ndarray | int = 0
    steps: int = 1

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
    """Truth of one target for N windows: `value` is class index (N,), flags (N, K) or a real (N,), of a
    dense target (N, K, steps) or (N, steps), NaN where unknown; `known` bool (N,)."""

    target: TargetSpec
    value: np.ndarray
    known: np.ndarray


def fit_baselines(
    windows: WindowFeatures,
    truths: Sequence[WindowTruth],
    folds: Sequence[Fold],
    seed: int,
    balanced: Collection[str] = (),
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Name of the baseline → prediction frames per window and per weld of the test parts of all folds.

    The baselines are the majority class or mean, and a linear model (logistic or ridge regression) and
    extra trees (Geurts et al. 2006, doi:10.1007/s10994-006-6226-1) on plain features of all sensors and
    of each sensor alone. They are fitted on the windows of the parts fit and select of each fold, on at
    most 20,000 of them (drawn by `seed`). Missing features are replaced by the training median.

    For targets named in `balanced`, and for these only, there are as many more that take every class for
    equally frequent (each label or event for as frequent as its absence), see `BalancedLinear` and
    `BalancedTrees`: they have the same aim as a network that was trained that way.

    For a dense target they predict every step of a window from the features of the window and the step's
    place in it, fitted on at most 5,000 steps.

    `group` is what the fold kept together, where it says so.

    Raises RunError if a fold has no training or no test window.
    """
    modalities = tuple(sorted(windows.features))
    plain, both = baseline_models(modalities, PLAIN), baseline_models(modalities, {**PLAIN, **BALANCED})
    models = {truth.target.name: both if truth.target.name in balanced else plain for truth in truths}
    rows: dict[str, list[pd.DataFrame]] = {name: [] for found in models.values() for name in found}
    work = [(truth, fold, name) for truth in truths for fold in folds for name in models[truth.target.name]]
    places: dict[str, tuple[WindowFeatures, WindowTruth]] = {
        truth.target.name: by_step(windows, truth) if truth.target.dense else (windows, truth)
        for truth in truths
    }
    present = {name: where.present for name, (where, _) in places.items()}
    for given, fold, name in tqdm(work, desc="baselines", disable=None, leave=False):
        where, truth = places[given.target.name]
        frame = _fold_frame(where, truth, fold, models[given.target.name][name], seed)
        of_row = present[given.target.name][frame["present"].to_numpy()]
        rows[name].append(frame.assign(present=of_row, model=name))
    joined = {name: pd.concat(frames, ignore_index=True) for name, frames in rows.items()}
    return {name: (frame, join_windows(frame).assign(model=name)) for name, frame in joined.items()}


def by_step(windows: WindowFeatures, truth: WindowTruth) -> tuple[WindowFeatures, WindowTruth]:
    """Every step of every window as a row of its own, with the features of its window (and its place on
    the seam unknown)."""
    steps = truth.target.steps
    edges = step_edges(np.stack([windows.t0_s, windows.t1_s], axis=1), steps).reshape(-1, 2)
    count = len(edges)
    value = truth.value if truth.value.ndim == 2 else truth.value.transpose(0, 2, 1)
    value = value.reshape(count, *value.shape[2:])
    known = np.repeat(truth.known, steps) & ~np.isnan(value.reshape(count, -1)).any(axis=1)
    repeated = {name: np.repeat(getattr(windows, name), steps) for name in ("weld", "group", "window")}
    where = WindowFeatures(
        {name: np.repeat(matrix, steps, axis=0) for name, matrix in windows.features.items()},
        **repeated,
        t0_s=edges[:, 0],
        t1_s=edges[:, 1],
        x_mm=np.full(count, np.nan),
        step=np.tile(np.arange(steps), len(windows.weld)),
        steps=steps,
    )
    return where, WindowTruth(truth.target, value, known)


def baseline_models(
    modalities: tuple[str, ...], kinds: Kinds = PLAIN
) -> dict[str, tuple[type[Estimator], tuple[str, ...]]]:
    """Name → estimator and the modalities it sees; with one sensor, "all sensors" is that sensor.

    >>> list(baseline_models(("photo", "sound")))[:3]
    ['majority or mean', 'linear, all sensors', 'extra trees, all sensors']
    """
    sets = {"all sensors": modalities} if len(modalities) > 1 else {}
    sets |= {f"{name} alone": (name,) for name in modalities}
    models: dict[str, tuple[type[Estimator], tuple[str, ...]]] = {"majority or mean": (Prior, ())}
    for label, names in sets.items():
        models |= {f"{kind}, {label}": (model, names) for kind, model in kinds.items()}
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
    train = _at_most(train, MOST_TRAINING_STEPS if truth.target.dense else MOST_TRAINING_WINDOWS, seed)
    estimator, names = model
    columns = [windows.features[name] for name in names]
    if columns and windows.steps > 1:
        columns.append((np.asarray(windows.step)[:, None] + 0.5) / windows.steps)
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
    classes = target.labels
    flags = truth.value[test].astype(float)
    if target.kind == "class":
        flags = (truth.value[test][:, None] == np.arange(len(classes))).astype(float)
    flags = np.where(truth.known[test][:, None], flags.reshape(len(test), -1), np.nan)
    size = len(classes)
    where = {
        name: np.repeat(getattr(windows, name)[test], size)
        for name in ("weld", "group", "window", "t0_s", "t1_s", "x_mm")
    }
    step = np.broadcast_to(windows.step, len(windows.weld))[test]
    rest = {
        "step": np.repeat(step, size),
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
    return pd.DataFrame({**where, **rest})[[*WINDOW_COLUMNS, "step"]]
