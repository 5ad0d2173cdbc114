"""The events of every weld of a table: how many are true, called and hit."""

from dataclasses import dataclass

import numpy as np

from weldfusion.evaluation.events import event_counts
from weldfusion.evaluation.frame import TargetTable


@dataclass(frozen=True)
class WeldEvents:
    """Of W welds: `first` (W,) a row of each in the table, `counts` (W, K, 3) hits, calls, true events."""

    first: np.ndarray
    counts: np.ndarray


def weld_events(table: TargetTable) -> WeldEvents:
    """Events along each weld of a table of joined steps (level weld, kind intervals, truths known)."""
    codes = table.weld_codes
    order = np.lexsort((table.step, codes))
    pieces = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1) if len(order) else []
    counts = np.zeros((len(pieces), len(table.classes), 3))
    for weld, rows in enumerate(pieces):
        for k in range(len(table.classes)):
            counts[weld, k] = event_counts(table.truth[rows, k], table.value[rows, k], table.edges[rows])
    return WeldEvents(np.array([rows[0] for rows in pieces], dtype=np.int64), counts)
