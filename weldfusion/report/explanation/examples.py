"""Which welds get a page of their own when nobody names any."""

import numpy as np

from weldfusion.explain.explanation import Explanation
from weldfusion.report.explanation.said import targets_of
from weldfusion.report.explanation.shares import Output, by_typicality, outputs

MOST = 6


def example_welds(explanation: Explanation, most: int = MOST) -> list[str]:
    """Ids of at most `most` welds: of each class the most typical one that is called rightly (without
    truth: called), then the surest wrong call of each class, then the second most typical; of a number (or
    the first kind of event) the smallest and the largest prediction. The explanation fixes the order."""
    ranked = [_ranked(outputs) for outputs in targets_of(outputs(explanation)).values()]
    turns = max((len(rank) for rank in ranked), default=0)
    chosen = [weld for turn in range(turns) for rank in ranked for weld in rank[turn : turn + 1]]
    return list(dict.fromkeys(chosen))[:most]


def _ranked(outputs: list[Output]) -> list[str]:
    if not outputs[0].can_be_called:
        order = np.argsort(outputs[0].full, kind="stable")
        return [str(outputs[0].weld[row]) for row in dict.fromkeys((order[0], order[-1]))]
    typical = [_typical(output) for output in outputs]
    wrong = [_surest_wrong(output) for output in outputs]
    first, second = ([rank[k] for rank in typical if len(rank) > k] for k in (0, 1))
    return [*first, *(weld for weld in wrong if weld is not None), *second]


def _typical(output: Output) -> list[str]:
    rows = np.flatnonzero(output.called & ~(output.truth < 0.5))
    return [str(weld) for weld in output.weld[rows[by_typicality(output.share[rows])]]]


def _surest_wrong(output: Output) -> str | None:
    rows = np.flatnonzero(output.called & (output.truth < 0.5))
    return str(output.weld[rows[output.full[rows].argmax()]]) if len(rows) else None
