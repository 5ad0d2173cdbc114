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
STEP_COLUMNS = ("step", "t0_s", "t1_s", "x_mm")
"""Further columns of a per-weld frame that holds dense targets; a per-window frame has `step` besides."""
CONFLICT = "conflict"
"""Further column: how much the modalities contradict each other, κ of Dempster's rule from 0 to 1; NaN
where the fusion does not tell it, and in frames of older runs, which have no such column."""
TOTAL_CONFLICT = "total_conflict"
"""Further column: 1 where they leave nothing in common, else 0 (κ also rounds to 1 where little is left);
of a weld the share of its windows. NaN as above."""
KINDS = ("class", "multilabel", "real", "intervals", "curve")
NUMBERS = ("real", "curve")
DENSE = ("intervals", "curve")
"""Kinds that have a row for every step."""


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
    is_real = frame["kind"].isin(NUMBERS).to_numpy(dtype=bool)
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

    Of a dense target a row is one step of a weld or window. `truth` is (N, K) flags for classes, (N, 1)
    values for numbers, NaN where unknown; `value` (N, K) probabilities or (N, 1) values; `lower` and
    `upper` like `value`. `window` is 0 in a table of welds, `step` 0 where a target has none; `edges`
    (N, 2) are the seconds of window or step (NaN for whole welds).
    """

    target: str
    kind: str
    classes: tuple[str, ...]
    weld: np.ndarray
    group: np.ndarray
    fold: np.ndarray
    window: np.ndarray
    step: np.ndarray
    edges: np.ndarray
    truth: np.ndarray
    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: Level

    def __len__(self) -> int:
        return len(self.weld)

    @property
    def known(self) -> np.ndarray:
        """bool (N,): rows whose truth is known."""
        return ~np.isnan(self.truth).any(axis=1)

    @property
    def keys(self) -> np.ndarray:
        """object (N,): fold, weld, window and step of each row as one tuple."""
        keys = np.empty(len(self), dtype=object)
        keys[:] = list(zip(self.fold, self.weld, self.window.tolist(), self.step.tolist(), strict=True))
        return keys

    @property
    def weld_codes(self) -> np.ndarray:
        """int (N,): number of each row's weld (of one fold)."""
        both = [f"{fold}\0{weld}" for fold, weld in zip(self.fold, self.weld, strict=True)]
        return np.unique(np.array(both, dtype=str), return_inverse=True)[1]

    @property
    def step_s(self) -> float:
        """Length in seconds of a step (or window), the median; NaN for whole welds."""
        return float(np.median(self.edges[:, 1] - self.edges[:, 0]))

    @property
    def weight(self) -> np.ndarray:
        """(N,): how much each row counts in a mean: 1, but of the steps of a weld their share of it."""
        if self.kind not in DENSE or self.level != "weld" or not len(self):
            return np.ones(len(self))
        codes = self.weld_codes
        return 1.0 / np.bincount(codes)[codes]

    def rows(self, index: np.ndarray) -> "TargetTable":
        """Some rows, by number or mask."""
        arrays = ("weld", "group", "fold", "window", "step", "edges", "truth", "value", "lower", "upper")
        parts = {name: getattr(self, name)[index] for name in arrays}
        return TargetTable(self.target, self.kind, self.classes, **parts, level=self.level)


def with_conflict(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the columns `CONFLICT` and `TOTAL_CONFLICT`, NaN where they were not there."""
    untold = [name for name in (CONFLICT, TOTAL_CONFLICT) if name not in frame]
    return frame.assign(**dict.fromkeys(untold, np.nan))


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
    keys = [name for name in ("fold", "weld", "window", "step") if name in part.columns]
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
            "at one place in one fold and seed, expected 1"
        )

    def matrix(name: str) -> np.ndarray:
        values = np.full(cells.shape, np.nan)
        values[row, column] = part[name].to_numpy(dtype=float)
        return values

    _, first = np.unique(row, return_index=True)

    def number(name: str, absent: float) -> np.ndarray:
        if name not in part.columns:
            return np.full(count, absent)
        return part[name].to_numpy(dtype=float)[first]

    text = {name: part[name].to_numpy(dtype=object)[first] for name in ("weld", "group", "fold")}
    return TargetTable(
        target,
        str(part["kind"].iloc[0]),
        classes,
        text["weld"],
        text["group"],
        text["fold"],
        number("window", 0).astype(np.int64),
        number("step", 0).astype(np.int64),
        np.stack([number("t0_s", np.nan), number("t1_s", np.nan)], axis=1),
        matrix("truth"),
        matrix("value"),
        matrix("lower"),
        matrix("upper"),
        "window" if "window" in keys else "weld",
    )
