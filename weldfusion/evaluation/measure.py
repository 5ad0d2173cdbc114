"""The figures of one set of predictions: pooled over folds, averaged over seeds, resampled by group."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from weldfusion.evaluation.frame import TargetTable
from weldfusion.evaluation.intervals import Interval, percentile_interval
from weldfusion.evaluation.totals import Key, table_totals


@dataclass(frozen=True)
class Measured:
    """`by_seed[key]` (S,) figures of each seed; `resampled[key]` (R,) their mean over seeds in every
    resample of the `groups` groups. Undefined figures are NaN."""

    by_seed: Mapping[Key, np.ndarray]
    resampled: Mapping[Key, np.ndarray]
    groups: int

    def value(self, key: Key) -> float:
        """Mean over seeds."""
        return float(self.by_seed[key].mean())

    def interval(self, key: Key) -> Interval:
        return percentile_interval(self.resampled[key], self.groups)


def group_names(tables: Mapping[int, TargetTable]) -> np.ndarray:
    """Groups of all seeds' rows with known truth, ascending."""
    return np.unique(np.concatenate([table.group[table.known].astype(str) for table in tables.values()]))


def measure(tables: Mapping[int, TargetTable], names: np.ndarray, counts: np.ndarray) -> Measured:
    """Figures of the rows with known truth.

    `tables` maps seed to table; `names` (G,) is `group_names`; `counts` (R, G) says how often each
    group is drawn. Every seed is scored on its own: probabilities of seeds are not averaged first.
    """
    by_seed: dict[Key, list[float]] = {}
    resampled: dict[Key, np.ndarray] = {}
    for table in tables.values():
        for totals in table_totals(table.rows(table.known), names):
            for key, value in totals.pooled().items():
                by_seed.setdefault(key, []).append(value)
            for key, values in totals.resampled(counts).items():
                resampled[key] = resampled.get(key, 0.0) + values / len(tables)
    return Measured({key: np.array(values) for key, values in by_seed.items()}, resampled, len(names))
