"""The figures of a study's table, each compared with the best simple baseline and with the first row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from weldfusion.errors import RunError
from weldfusion.evaluation.compare import Difference, common_rows, difference
from weldfusion.evaluation.compared import Compared, best_baseline
from weldfusion.evaluation.evaluate import WITHOUT_DIRECTION
from weldfusion.evaluation.frame import target_tables
from weldfusion.evaluation.intervals import group_counts
from weldfusion.evaluation.measure import group_names, measure
from weldfusion.evaluation.one_class import one_class
from weldfusion.studies.facts import Facts
from weldfusion.studies.holm import holm
from weldfusion.studies.shown import check_shown
from weldfusion.studies.study import Cell, Study

NOT_RUN, NOT_EVALUATED = "not run", "not evaluated"


@dataclass(frozen=True)
class Finished:
    """What a finished cell left.

    Args:
        metrics: its `metrics.json`.
        welds: its prediction frame per weld.
        parameters: of one network.
        training_welds: welds of the training parts, mean of the folds.
        report: its `report.html`, relative to the study's folder.
        precision: what its networks were trained in.
        histories: training → its epochs, where a network says one class for every weld.
    """

    metrics: Mapping[str, Any]
    welds: pd.DataFrame
    parameters: int
    training_welds: float
    report: str
    precision: str = "32-true"
    histories: Mapping[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """A cell and what became of it; `failure` is one line that says why there is nothing, `facts` how the
    cell is run, `shown` target and figure of each that the table is to show of it."""

    cell: Cell
    finished: Finished | None = None
    failure: str = ""
    facts: Facts | None = None
    shown: Sequence[tuple[str, str]] = ()

    @property
    def word(self) -> str:
        """What stands in the table where there is no figure.

        >>> from weldfusion.studies.study import Row
        >>> cell = Cell(Row("a"), 1.0)
        >>> [Outcome(cell, failure=why).word for why in ("1 of 3 seeds: run it again", "no memory")]
        ['1 of 3 seeds', 'failed']
        """
        begin = self.failure.partition(":")[0]
        untried = begin in ("", NOT_RUN, NOT_EVALUATED) or begin.endswith(" seeds")
        return (begin if untried else "failed") or "–"


@dataclass(frozen=True)
class Result:
    """One figure of one cell.

    Args:
        cell: row and fraction.
        target: of the figure.
        figure: its name.
        found: `value`, `lower`, `upper`, `reason`, `seeds`, `seed_sd`, as in `metrics.json`.
        baseline: name of the best simple baseline by this figure on the same welds, None where there is none.
        theirs: its figure.
        over_baseline: how much better this one is.
        over_first: how much better than the first row at the same fraction; None for that row itself.
    """

    cell: Cell
    target: str
    figure: str
    found: Mapping[str, Any]
    baseline: str | None = None
    theirs: Mapping[str, Any] | None = None
    over_baseline: Compared | None = None
    over_first: Compared | None = None


def results(study: Study, outcomes: Sequence[Outcome]) -> list[Result]:
    """Every figure of every finished cell, in the order of the table.

    The p-values against the baselines are corrected together (Holm), and so are those against the first row;
    comparisons of cells that are not finished count, so that no claim depends on what was run first.
    Raises ConfigError where the study asks for a target or figure that a cell has not.
    """
    found = [result for outcome in outcomes for result in _of_cell(study, outcome, outcomes)]
    for side, missing in _missing(outcomes).items():
        compared = {place: getattr(result, side) for place, result in enumerate(found)}
        corrected = holm({place: one.p for place, one in compared.items() if one is not None}, missing)
        for place, p in corrected.items():
            change: dict[str, Any] = {side: replace(compared[place], corrected=p)}
            found[place] = replace(found[place], **change)
    return found


def _missing(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many comparisons of each side are still to be made."""
    sides = dict.fromkeys(("over_baseline", "over_first"), 0)
    for outcome in outcomes:
        count = sum(figure not in WITHOUT_DIRECTION for _, figure in outcome.shown)
        first = _first(outcome, outcomes)
        sides["over_baseline"] += count * (outcome.finished is None)
        sides["over_first"] += count * (first is not None and None in (outcome.finished, first.finished))
    return sides


def figures_of(study: Study, metrics: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Target and figure of each that the table shows of one evaluation; raises as `check_shown` does."""
    targets = metrics["targets"]
    known = {name: target["weld"]["figures"] for name, target in targets.items()}
    check_shown(study, known)
    wanted = [name for name in study.targets or targets if known[name]]
    if not study.figures:
        return [(name, targets[name]["headline"]) for name in wanted]
    return [(name, figure) for name in wanted for figure in study.figures if figure in known[name]]


def _of_cell(study: Study, outcome: Outcome, outcomes: Sequence[Outcome]) -> list[Result]:
    if outcome.finished is None:
        return []
    first = _first(outcome, outcomes)
    found = []
    for target, figure in figures_of(study, outcome.finished.metrics):
        level = outcome.finished.metrics["targets"][target]["weld"]
        result = Result(outcome.cell, target, figure, level["figures"][figure])
        if best := best_baseline(level["baselines"], figure):
            result = replace(result, baseline=best.name, theirs=best.figure, over_baseline=best.gain)
        if first and first.finished and (one := against(outcome.finished, first.finished, target, figure)):
            result = replace(result, over_first=Compared(one))
        found.append(result)
    return found


def _first(outcome: Outcome, outcomes: Sequence[Outcome]) -> Outcome | None:
    """The first row's cell of the same fraction, unless this is it."""
    first = next(one for one in outcomes if one.cell.fraction == outcome.cell.fraction)
    return None if first.cell == outcome.cell else first


def against(ours: Finished, theirs: Finished, target: str, figure: str) -> Difference | None:
    """The difference of a figure per weld, paired over the welds (and folds) that both predicted, groups
    drawn together; None where they share none, the other lacks the target or the figure, or the figure has no
    direction."""
    if target not in theirs.metrics["targets"] or figure in WITHOUT_DIRECTION:
        return None
    tables = [target_tables(frame, target) for frame in (ours.welds, theirs.welds)]
    try:
        pair = common_rows(*tables)
    except RunError:
        return None
    names = group_names(pair[0])
    counts = group_counts(len(names), ours.metrics["resamples"], ours.metrics["seed"])
    measured = [measure(side, names, counts) for side in pair]
    key = (figure, "")
    if any(key not in side.by_seed for side in measured):
        return None
    return difference(measured[0], measured[1], key)


def as_frame(found: Sequence[Result], runs: Mapping[str, Finished]) -> pd.DataFrame:
    """One line a figure, for `table.csv`; `runs` maps the name of a cell to what it left."""
    return pd.DataFrame([_line(result, runs[result.cell.name]) for result in found])


def _line(result: Result, run: Finished) -> dict[str, Any]:
    theirs = result.theirs or {}
    return {
        "row": result.cell.row.name,
        "fraction": result.cell.fraction,
        "target": result.target,
        "figure": result.figure,
        **{name: result.found[name] for name in ("value", "lower", "upper", "seed_sd", "reason")},
        "networks": len(run.metrics["targets"][result.target]["weld"]["seeds"])
        * len(run.metrics["targets"][result.target]["weld"]["folds"]),
        "one_class": len(one_class(run.welds, result.target)),
        "welds": run.metrics["targets"][result.target]["weld"]["welds"],
        "groups": run.metrics["targets"][result.target]["weld"]["groups"],
        "training_welds": run.training_welds,
        "parameters": run.parameters,
        "precision": run.precision,
        "baseline": result.baseline or "",
        **{f"baseline_{name}": theirs.get(name) for name in ("value", "lower", "upper")},
        **_compared("over_baseline", result.over_baseline),
        **_compared("over_first_row", result.over_first),
        "report": run.report,
    }


def _compared(name: str, one: Compared | None) -> dict[str, Any]:
    if one is None:
        fields = ("", "_lower", "_upper", "_p", "_p_holm")
        return dict.fromkeys((f"{name}{field}" for field in fields), None) | {f"{name}_verdict": ""}
    interval = one.difference.interval
    return {
        name: one.difference.value,
        f"{name}_lower": interval.lower,
        f"{name}_upper": interval.upper,
        f"{name}_p": one.difference.p,
        f"{name}_p_holm": one.corrected,
        f"{name}_verdict": one.verdict,
    }
