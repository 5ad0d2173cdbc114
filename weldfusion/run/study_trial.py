"""One cell of a study on trial: what its run takes beside the steps of its training."""

import copy
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from weldfusion.errors import WeldfusionWarning
from weldfusion.run.balanced import balanced_targets
from weldfusion.run.evaluation import baselines_of
from weldfusion.run.study_jobs import close_cell, slots, start_cell
from weldfusion.run.study_outcome import outcome
from weldfusion.run.study_plan import Planned
from weldfusion.run.trained import Run
from weldfusion.training.folder import as_plain

MOST_S = 20.0
"""A cell is tried where its epoch and evaluation take less, and rows as long as trials took less so far."""


@dataclass(frozen=True)
class Around:
    """Seconds of a cell beside its steps, predictions and plain features: start and report, once; simple
    baselines, of each fold; trying, opening and keeping, of each network."""

    once: float
    fold: float
    network: float

    def of(self, folds: int, networks: int) -> float:
        """
        >>> Around(5.0, 2.0, 1.0).of(folds=3, networks=6)
        17.0
        """
        return self.once + self.fold * folds + self.network * networks


@dataclass(frozen=True)
class Known:
    """What is known of a fold before its trial, in seconds: an epoch of all its networks, how many these
    are, predictions of its test windows, plain features of all windows."""

    epoch: float
    networks: int
    predictions: float
    features: float


def tried(planned: Planned, known: Known, trust: Sequence[str]) -> Around | None:
    """Trains the first fold for one epoch and evaluates it, as a cell of its own in a temporary folder.

    None, with a warning, where that fails.
    """
    with TemporaryDirectory(prefix="weldfusion-trial-") as folder:
        one = _one_epoch(planned, Path(folder))
        whole = _run(one, Path(folder), trust)
        if why := outcome(Path(folder), one)["failure"]:
            name = planned.cell.row.name
            warnings.warn(f"row {name}: an epoch on trial fails: {why}", WeldfusionWarning, stacklevel=2)
            return None
        training, run, began = _training_s(one), Run(one.run, trust), time.monotonic()
        baselines_of(run, run.dataset(), balanced_targets(run.settings, run.predictor(*run.folds[0]).model))
        baselines = max(0.0, time.monotonic() - began - known.features)
    return Around(
        max(0.0, whole - training - baselines - known.predictions - known.features),
        baselines,
        max(0.0, training - known.epoch) / known.networks,
    )


def _run(planned: Planned, folder: Path, trust: Sequence[str]) -> float:
    """Seconds that the cell's process took from its start to its end."""
    began = time.monotonic()
    job = start_cell(planned, slots([planned], 1)[0], folder, trust)
    try:
        job.process.join()
    finally:
        job.process.kill()
        close_cell(job, folder)
    return time.monotonic() - began


def _one_epoch(planned: Planned, folder: Path) -> Planned:
    """The cell with its first fold, one seed and one epoch of each gradient stage, in `folder`."""
    resolved: dict[str, Any] = copy.deepcopy(as_plain(planned.resolved))
    split, run = folder / "split.csv", folder / "runs" / planned.cell.name
    resolved |= {"seeds": 1, "split": {**resolved["split"], "init_args": {"path": str(split)}}}
    resolved["trainer"] |= {"max_epochs": 1}
    resolved["training"]["pretrain"] = None
    for stage in resolved["training"]["stages"] or ():
        stage["max_epochs"] = 1
    return replace(planned, resolved=resolved, folds=planned.folds[:1], split=split, run=run)


def _training_s(planned: Planned) -> float:
    """Seconds from the run's config, written before the first network, to its last state."""
    states = planned.run.glob("*-seed*/*.pt")
    return max(state.stat().st_mtime for state in states) - (planned.run / "config.yaml").stat().st_mtime
