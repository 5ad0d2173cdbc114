"""Networks that say one class for every weld of their test part."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from weldfusion.evaluation.frame import TargetTable, target_tables

LEAST_WELDS = 10
"""In a smaller test part one class for all may be a mistake or two."""


@dataclass(frozen=True)
class OneClass:
    """What a network says that says one class for every weld.

    Args:
        fold: its test part.
        seed: of its training.
        said: the class.
        welds: how many it says it of.
        right: of how many of them that is true.
        apart: how far the probability of any class differs between them at most.
    """

    fold: str
    seed: int
    said: str
    welds: int
    right: int
    apart: float


def one_class(welds: pd.DataFrame, target: str) -> list[OneClass]:
    """Networks that say one class for every weld of their test part although its truths have several.

    `welds` is a prediction frame per weld. Welds without any sensor, of which it says what is usual, and then
    test parts of fewer than `LEAST_WELDS`, are left out; none for targets that are no class.
    """
    part = welds[(welds["target"] == target) & (welds["present"] != "")]
    if part.empty or (part["kind"] != "class").any():
        return []
    found = []
    for seed, table in target_tables(part, target).items():
        for fold in dict.fromkeys(table.fold):
            told = _told(table.rows(table.fold == fold), str(fold), seed)
            found += [told] if told else []
    return found


def _told(table: TargetTable, fold: str, seed: int) -> OneClass | None:
    said = np.unique(table.value.argmax(axis=1))
    truth = table.truth[table.known].argmax(axis=1)
    if len(table) < LEAST_WELDS or len(said) > 1 or len(np.unique(truth)) < 2:
        return None
    right = int((truth == said[0]).sum())
    apart = float(np.ptp(table.value, axis=0).max())
    return OneClass(fold, seed, table.classes[said[0]], len(table), right, apart)
