"""What is known of a study's cell from its files: what it left, and whether it is finished."""

import json
from pathlib import Path
from typing import Any

from weldfusion.errors import RunError
from weldfusion.evaluation.evaluate import SCHEMA
from weldfusion.run.study_plan import Planned
from weldfusion.studies.results import NOT_EVALUATED, NOT_RUN
from weldfusion.training.folder import RunFolder
from weldfusion.training.stages import NETWORK

FINISHED = {"failure", "parameters", "evaluation", "seeds", "training_s", "resumed"}
"""What the file of a finished cell tells at least."""


def outcome_file(folder: Path, planned: Planned) -> Path:
    """What a cell left: `failure` (one line, or empty), parameters, evaluation, seeds, times."""
    return folder / "cells" / f"{planned.cell.name}.json"


def log_file(folder: Path, planned: Planned) -> Path:
    """What a cell prints."""
    return folder / "logs" / f"{planned.cell.name}.log"


def outcome(folder: Path, planned: Planned) -> dict[str, Any]:
    """What is in `outcome_file`; a failure `not run` where there is none, or a damaged one."""
    try:
        found = json.loads(outcome_file(folder, planned).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"failure": NOT_RUN}
    whole = isinstance(found, dict) and (found.get("failure") or set(found) >= FINISHED)
    return found if whole else {"failure": NOT_RUN}


def unfinished(folder: Path, planned: Planned) -> str:
    """Why a cell needs to be run; empty where it is finished, with as many seeds as are asked for."""
    found = outcome(folder, planned)
    if found["failure"] == NOT_RUN and (whole := trained_seeds(planned)):
        return f"{whole} of {planned.seeds} seeds: not evaluated yet; run it again"
    if found["failure"]:
        return str(found["failure"])
    place = planned.run / "evaluation" / found["evaluation"]
    if not all((place / name).is_file() for name in ("metrics.json", "predictions_weld.parquet")):
        return f"{NOT_EVALUATED}: the files are not there; run it again"
    if metrics_of(place / "metrics.json").get("schema") != SCHEMA:
        return f"{NOT_EVALUATED}: only by another version; run it again"
    seeds = found["seeds"]
    return "" if seeds == planned.seeds else f"{seeds} of {planned.seeds} seeds: run it again"


def unfinished_with_log(folder: Path, planned: Planned, log: Path) -> str:
    """`unfinished`; of a cell that failed also where all that it printed is, told as `log`."""
    failure = outcome(folder, planned)["failure"]
    return f"{failure}; see {log}" if failure not in ("", NOT_RUN) else unfinished(folder, planned)


def trained_seeds(planned: Planned) -> int:
    """Seeds with a trained network for every fold."""
    run, first = RunFolder(planned.run), planned.settings.seed
    seeds = range(first, first + planned.seeds)
    return sum(all((run.fold(fold.name, s) / NETWORK).is_file() for fold in planned.folds) for s in seeds)


def metrics_of(path: Path) -> dict[str, Any]:
    """Metrics of an evaluation. Raises RunError where they cannot be read."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise RunError(f"{path}: cannot be read; delete it, the next start writes it again") from None
