"""Running a study: every cell as a run of its own, then the tables from all that is finished."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from weldfusion.config.study_file import read_study
from weldfusion.data.card import read_card
from weldfusion.data.files import write_frame, write_text
from weldfusion.data.strata import restricted
from weldfusion.evaluation.one_class import one_class
from weldfusion.report.study import markdown, write_study_page
from weldfusion.report.study_sheets import Sheet, sheets
from weldfusion.run.held import held
from weldfusion.run.histories import known_histories
from weldfusion.run.study_facts import facts_of
from weldfusion.run.study_jobs import check_jobs, run_cells, slots
from weldfusion.run.study_outcome import log_file, metrics_of, outcome, unfinished, unfinished_with_log
from weldfusion.run.study_outlook import Costs, costs, rehearse_rows
from weldfusion.run.study_plan import Asked, Planned, chosen, from_here, plan_study, trained_welds
from weldfusion.run.study_precision import trained_in
from weldfusion.studies.results import Finished, Outcome, as_frame, results
from weldfusion.studies.shown import planned_figures
from weldfusion.studies.study import Study
from weldfusion.training.folder import RunFolder

STUDIES = Path("studies")


@dataclass(frozen=True)
class Studied:
    """What a study gave: its folder, its tables, and one line for each cell of this call that failed."""

    folder: Path
    sheets: Sequence[Sheet]
    failed: Sequence[str]


def study_folder(study: Study, folder: Path | str | None) -> Path:
    """The folder asked for, or `studies/<name of the file>`."""
    return from_here(Path(folder) if folder is not None else STUDIES / study.path.stem)


def outlook_study(
    path: Path | str, folder: Path | str | None = None, asked: Asked | None = None
) -> tuple[Study, Costs]:
    """What `run_study` would run, and its cost; nothing is written but the cache of recordings.

    Raises WeldfusionError, one line a problem, as `run_study` does.
    """
    study, asked = read_study(path), asked or Asked()
    folder = study_folder(study, folder)
    mine = chosen(plan_study(study, folder, asked), asked)
    found, waiting = costs(mine, asked.trust), {one.cell.name for one in mine if unfinished(folder, one)}
    trained = {cost.cell.name for cost in found.cells if not cost.networks}
    return study, replace(found, to_evaluate=len(trained & waiting))


def run_study(
    path: Path | str,
    folder: Path | str | None = None,
    jobs: int | None = None,
    asked: Asked | None = None,
    say: Callable[[str], None] = print,
) -> Studied:
    """Runs what is not finished yet and writes `table.csv`, `table.md`, `table.html` and `times.csv`.

    Every cell (row × fraction, with all folds and seeds) is a run in `runs/` of the folder. A cell that is
    finished is kept; one that was interrupted, or has fewer seeds than asked for, goes on; one that fails is
    told and the others go on.

    Args:
        path: the study file.
        folder: `studies/<name of the file>` by default.
        jobs: cells at a time; one by default, or one for each GPU.
        asked: what is run with, besides the file.
        say: prints a line.

    Raises WeldfusionError before anything is run where a row cannot work.
    """
    check_jobs(jobs)
    asked = asked or Asked()
    study = read_study(path)
    folder = study_folder(study, folder)
    everything = plan_study(study, folder, asked)
    mine = chosen(everything, asked)
    waiting = [one for one in mine if unfinished(folder, one)]
    if len(waiting) < len(mine):
        say(f"{len(mine) - len(waiting)} of {len(mine)} cells are finished already")
    if waiting:
        rehearse_rows(waiting)
        with held([log_file(folder, one) for one in waiting], "trains this cell just now"):
            waiting = [one for one in waiting if unfinished(folder, one)]
            run_cells(waiting, slots(waiting, jobs, say), folder, asked.trust, say)
    whys = {one.cell.name: unfinished_with_log(folder, one, log_file(folder, one)) for one in mine}
    failed = [f"{name}: {why}" for name, why in whys.items() if why]
    return Studied(folder, write_tables(study, folder, everything), failed)


def write_tables(study: Study, folder: Path, planned: Sequence[Planned]) -> list[Sheet]:
    """The tables of all finished cells, from their files; no times in them. Gives them as sheets."""
    outcomes = [_outcome(study, folder, one) for one in planned]
    found = results(study, outcomes)
    made = sheets(study, found, outcomes, _units(planned))
    finished = {one.cell.name: one.finished for one in outcomes if one.finished is not None}
    if found:
        write_frame(folder / "table.csv", as_frame(found, finished))
    else:
        (folder / "table.csv").unlink(missing_ok=True)
    write_text(folder / "table.md", markdown(study, made, outcomes))
    write_study_page(folder / "table.html", study, made, found, outcomes)
    told = {one.cell.name: outcome(folder, one) for one in planned if one.cell.name in finished}
    times = folder / "times.csv"
    write_frame(times, training_times(told, _times_of(times)))
    return made


def _times_of(path: Path) -> dict[str, float]:
    """Cell → seconds, as an earlier call wrote them; none where they cannot be read."""
    try:
        before = pd.read_csv(path)
        return dict(zip(before["cell"], before["training_s"].astype(float), strict=True))
    except (OSError, ValueError, KeyError):
        return {}


def training_times(told: Mapping[str, Mapping[str, Any]], known: Mapping[str, float]) -> pd.DataFrame:
    """Seconds of the training of each cell.

    Every finished cell tells them; where its `run.json` does not hold those of all calls, they are those of
    its last call only: of a cell that was gone on with, `known` ones stay if they are more.
    """
    lines = [
        {
            "cell": name,
            "training_s": max(one["training_s"], known.get(name, 0.0) if one["resumed"] else 0.0),
            "resumed": one["resumed"],
        }
        for name, one in told.items()
    ]
    return pd.DataFrame(lines, columns=["cell", "training_s", "resumed"])


def _outcome(study: Study, folder: Path, planned: Planned) -> Outcome:
    facts = facts_of(planned)
    trained = restricted(planned.dataset.card, planned.settings.data.targets).targets
    shown = planned_figures(study, trained)
    if why := unfinished_with_log(folder, planned, log_file(folder, planned).relative_to(folder)):
        return Outcome(planned.cell, failure=why, facts=facts, shown=shown)
    told = outcome(folder, planned)
    place = planned.run / "evaluation" / told["evaluation"]
    report = quote((place / "report.html").relative_to(folder).as_posix())
    metrics, welds = metrics_of(place / "metrics.json"), pd.read_parquet(place / "predictions_weld.parquet")
    size, run = told["parameters"], RunFolder(planned.run)
    epochs = known_histories(run) if any(one_class(welds, name) for name in metrics["targets"]) else {}
    left = Finished(metrics, welds, size, trained_welds(planned.folds), report, trained_in(run), epochs)
    return Outcome(planned.cell, left, facts=facts, shown=shown)


def _units(planned: Sequence[Planned]) -> dict[str, str]:
    """Unit of each target of the finished runs."""
    cards = [read_card(RunFolder(one.run).card) for one in planned if RunFolder(one.run).card.is_file()]
    return {name: target.unit for card in cards for name, target in card.targets.items()}
