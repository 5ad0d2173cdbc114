"""Figures of the epochs of a run's trainings."""

from pathlib import Path

import pandas as pd

from weldfusion.errors import RunError
from weldfusion.training.folder import RunFolder


def histories(run: RunFolder) -> dict[str, pd.DataFrame]:
    """Figures of each epoch, by training; by its stages where it has several."""
    found = {}
    for fold, seed in run.folds():
        name, table = f"{fold} seed {seed}", history(run.fold(fold, seed) / "metrics.csv")
        if "stage" not in table:
            found[name] = table
            continue
        for number, rows in table.groupby("stage"):
            found[f"{name} stage {number:.0f}"] = rows.drop(columns="stage")
    return found


def known_histories(run: RunFolder) -> dict[str, pd.DataFrame]:
    """`histories`; none where one cannot be read."""
    try:
        return histories(run)
    except RunError:
        return {}


def history(path: Path) -> pd.DataFrame:
    """Rows of a `metrics.csv`. Raises RunError if it is missing or damaged."""
    right = "restore it, or train this fold again"
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: cannot be read ({' '.join(str(error).split())}); {right}") from None
    if "epoch" not in table or table.empty:
        raise RunError(f"{path}: damaged, has no rows with a column epoch; {right}")
    return table
