"""How much the sensors of each weld contradict each other, and whether that tells wrong calls."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from weldfusion.evaluation.curves import rank_welds
from weldfusion.evaluation.frame import CONFLICT, TOTAL_CONFLICT, target_tables, with_conflict


@dataclass(frozen=True)
class WeldConflict:
    """One weld: what it is called, its conflict κ, 0 … 1, and the share of its windows in total conflict (NaN
    where older runs do not tell it), all means over folds and seeds. `right` is None where the truth is not
    known."""

    weld: str
    group: str
    truth: str
    predicted: str
    conflict: float
    total: float
    right: bool | None


def weld_conflicts(welds: pd.DataFrame, target: str) -> list[WeldConflict]:
    """Every weld of a class target whose conflict is known, largest first; none where the fusion did not
    tell it or the target is no class."""
    part = with_conflict(welds[welds["target"] == target])
    if part.empty or part["kind"].iloc[0] != "class" or part[CONFLICT].isna().all():
        return []
    told = part.groupby("weld")[[CONFLICT, TOTAL_CONFLICT]].mean()
    kappa, total = told[CONFLICT].to_dict(), told[TOTAL_CONFLICT].to_dict()
    found = [
        WeldConflict(
            weld.weld,
            weld.group,
            weld.truth,
            weld.predicted,
            float(kappa[weld.weld]),
            float(total[weld.weld]),
            None if weld.truth == "unknown" else weld.truth == weld.predicted,
        )
        for weld in rank_welds(target_tables(part, target))
        if not np.isnan(kappa[weld.weld])
    ]
    return sorted(found, key=lambda weld: (-weld.conflict, weld.weld))


def right_and_wrong(welds: list[WeldConflict]) -> tuple[np.ndarray, np.ndarray]:
    """Conflicts of the welds that are called right and of those called wrong."""
    right, wrong = ([w.conflict for w in welds if w.right is flag] for flag in (True, False))
    return np.array(right, dtype=float), np.array(wrong, dtype=float)


def wrong_above_right(right: np.ndarray, wrong: np.ndarray) -> float:
    """Chance that a weld called wrong has more conflict than one called right, ties half (the area under
    the ROC curve): ½ where conflict tells nothing; NaN where there are none of one kind.

    >>> wrong_above_right(np.array([0.1, 0.2, 0.3]), np.array([0.3, 0.9]))
    0.9166666666666666
    """
    if not len(right) or not len(wrong):
        return float("nan")
    ranks = rankdata(np.concatenate([wrong, right]))[: len(wrong)]
    return float((ranks.sum() - len(wrong) * (len(wrong) + 1) / 2) / (len(wrong) * len(right)))
