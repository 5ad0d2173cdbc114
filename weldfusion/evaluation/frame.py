"""The prediction frame: its columns, its check, and one target of it as plain arrays."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from weldfusion.errors import RunError, did_you_mean

Level = Literal["weld", "window"]

WELD_COLUMNS = (
    "weld",
    "group",
    "target",
    "kind",
    "class",
    "truth",
    "value",
    "lower",
    "upper",
    "present",
    "fold",
    "seed",
)
WINDOW_COLUMNS = (*WELD_COLUMNS[:2], "window", "t0_s", "t1_s", "x_mm", *WELD_COLUMNS[2:])
KINDS = ("class", "multilabel", "real")


def check_frame(frame: pd.DataFrame, level: Level) -> None:
    """Raises RunError, one line, if `frame` is not a prediction frame of this level.

    Further columns are allowed. Checked: columns, at least one row, known kinds, one kind a target,
    finite values, and probabilities between 0 and 1.
    """
    columns = WINDOW_COLUMNS if level == "window" else WELD_COLUMNS
    for name in columns:
        if name not in frame.columns:
            raise RunError(
                f"predictions per {level}: column '{name}' is missing, {did_you_mean(name, frame.columns)}"
            )
    if frame.empty:
        raise RunError(f"predictions per {level}: no rows; the part that was asked for holds no {level}s")
    kinds = frame[["target", "kind"]].drop_duplicates()
    for target, kind in zip(kinds["target"], kinds["kind"], strict=True):
        if kind not in KINDS:
            raise RunError(
                f"predictions per {level}: target '{target}' has kind '{kind}', {did_you_mean(kind, KINDS)}"
            )
    if kinds["target"].duplicated().any():
        target = kinds["target"][kinds["target"].duplicated()].iloc[0]
        raise RunError(f"predictions per {level}: target '{target}' has more than one kind, expected one")
    value = frame["value"].to_numpy(dtype=float)
    is_real = (frame["kind"] == "real").to_numpy(dtype=bool)
    wrong = ~np.isfinite(value) | (~is_real & ((value < -1e-6) | (value > 1 + 1e-6)))
    if wrong.any():
        row = int(np.argmax(wrong))
        right = "a finite number" if is_real[row] else "a probability from 0 to 1"
        raise RunError(
            f"predictions per {level}: row {row}, weld '{frame['weld'].iloc[row]}', field value is "
            f"{value[row]}, expected {right}"
        )


@dataclass(frozen=True)
class TargetTable:
    """One target of one seed as arrays; N rows are welds or windows (of every fold), K classes.

    `truth` is (N, K) flags for a class or multilabel target, (N, 1) values for a real one, NaN where
    unknown; `value` (N, K) probabilities or (N, 1) values; `lower` and `upper` like `value`. `window`
    is 0 in a table of welds.
    """

    target: str
    kind: str
    classes: tuple[str, ...]
    weld: np.ndarray
    group: np.ndarray
    fold: np.ndarray
    window: np.ndarray
    truth: np.ndarray
    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    def __len__(self) -> int:
        return len(self.weld)

    @property
    def known(self) -> np.ndarray:
        """bool (N,): rows whose truth is known."""
        return ~np.isnan(self.truth).any(axis=1)

    @property
    def keys(self) -> np.ndarray:
        """object (N,): fold, weld and window of each row as one tuple."""
        keys = np.empty(len(self), dtype=object)
        keys[:] = list(zip(self.fold, self.weld, self.window.tolist(), strict=True))
        return keys

    def rows(self, index: np.ndarray) -> "TargetTable":
        """Some rows, by number or mask."""
        arrays = ("weld", "group", "fold", "window", "truth", "value", "lower", "upper")
        parts = {name: getattr(self, name)[index] for name in arrays}
        return TargetTable(self.target, self.kind, self.classes, **parts)


def target_names(frame: pd.DataFrame) -> list[str]:
    """Targets in order of first appearance."""
    return [str(name) for name in frame["target"].unique()]


def target_tables(frame: pd.DataFrame, target: str) -> dict[int, TargetTable]:
    """Seed → table of one target, seeds in ascending order, rows in order of the frame.

    Raises RunError if a row of a class is missing or doubled.
    """
    part = frame[frame["target"] == target]
    classes = tuple(str(name) for name in part["class"].unique())
    seeds = sorted(int(seed) for seed in part["seed"].unique())
    return {seed: _table(part[part["seed"] == seed], target, classes) for seed in seeds}


def _table(part: pd.DataFrame, target: str, classes: tuple[str, ...]) -> TargetTable:
    keys = ["fold", "weld", "window"] if "window" in part.columns else ["fold", "weld"]
    row = part.groupby(keys, sort=False).ngroup().to_numpy()
    column = pd.Categorical(part["class"].to_numpy(dtype=object), categories=list(classes)).codes
    count = int(row.max()) + 1
    cells = np.zeros((count, len(classes)), dtype=int)
    np.add.at(cells, (row, column), 1)
    if (cells != 1).any():
        bad, k = np.argwhere(cells != 1)[0]
        weld = part["weld"].to_numpy(dtype=object)[row == bad][0]
        raise RunError(
            f"predictions: target '{target}', weld '{weld}', class '{classes[k]}' has {cells[bad, k]} rows "
            "in one fold and seed, expected 1"
        )

    def matrix(name: str) -> np.ndarray:
        values = np.full(cells.shape, np.nan)
        values[row, column] = part[name].to_numpy(dtype=float)
        return values

    _, first = np.unique(row, return_index=True)
    window = part["window"].to_numpy(dtype=np.int64)[first] if "window" in keys else np.zeros(count, np.int64)
    text = {name: part[name].to_numpy(dtype=object)[first] for name in ("weld", "group", "fold")}
    return TargetTable(
        target,
        str(part["kind"].iloc[0]),
        classes,
        text["weld"],
        text["group"],
        text["fold"],
        window,
        matrix("truth"),
        matrix("value"),
        matrix("lower"),
        matrix("upper"),
    )
