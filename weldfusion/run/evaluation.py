"""Evaluating a run: figures beside baselines, what limits them, and the report."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from weldfusion.data.check import check
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.files import write_frame, write_text
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.leave_out import open_dataset
from weldfusion.data.summary import summarise
from weldfusion.evaluation.baselines import fit_baselines
from weldfusion.evaluation.evaluate import evaluate
from weldfusion.report.evaluation import Background, evaluation_report
from weldfusion.report.page import write_page
from weldfusion.report.recordings import views
from weldfusion.run.limits import limits_of
from weldfusion.training.heard import heard
from weldfusion.training.plain import plain_windows

if TYPE_CHECKING:
    from weldfusion.run.trained import Run

Frames = tuple[pd.DataFrame, pd.DataFrame]
ALL = "all"
TEST = "test"


def evaluate_run(run: "Run", part: str, data: str | Path | Dataset | None) -> dict[str, Any]:
    """What `Run.evaluate` does."""
    own = data is None
    if data is None:
        dataset = open_dataset(run.settings.data)
    else:
        dataset = read_dataset(data) if isinstance(data, str | Path) else data
    with heard() as warned:
        frames = run.predictions(part, None if own else dataset)
        baselines = _baselines(run, dataset) if own and part == TEST else {}
    metrics = evaluate(*frames, baselines, run.settings.seed)
    seen = own and part != TEST
    metrics |= {"part": part if own else ALL, "seen_in_training": seen}
    for entry in metrics["targets"].values():
        entry["seen_in_training"] = seen
    limits = [*limits_of(run, dataset, part, own), *metrics["warnings"], *run.folder.warnings(), *warned]
    metrics["warnings"] = list(dict.fromkeys(limits))
    folder = run.evaluation_folder(part, data)
    write_text(folder / "metrics.json", json.dumps(metrics, indent=1, allow_nan=False) + "\n")
    write_frame(folder / "predictions.parquet", frames[0])
    write_frame(folder / "predictions_weld.parquet", frames[1])
    names = list(run.settings.data.inputs or dataset.card.modalities)
    background = _background(run, dataset, own)
    page = evaluation_report(metrics, *frames, background, lambda weld: views(dataset, weld, names))
    write_page(folder / "report.html", f"{run.folder.path.name}: evaluation", page)
    return metrics


def _baselines(run: "Run", dataset: Dataset) -> Mapping[str, Frames]:
    features, truths = plain_windows(WeldWindows(dataset, run.settings.data))
    return fit_baselines(features, truths, list(run.split.values()), run.settings.seed)


def _background(run: "Run", dataset: Dataset, own: bool) -> Background:
    info = run.folder.info()
    kept = own and run.folder.check.is_file()
    return Background(
        split=pd.read_csv(run.folder.split) if own else None,
        card_summary=summarise(dataset),
        findings=run.folder.findings() if kept else check(dataset.root),
        histories=run.histories(),
        units={name: target.unit for name, target in dataset.card.targets.items()},
        about={
            "run": run.folder.path.name,
            "data": str(dataset.root),
            "command": " ".join(info["command"]),
            "started": info["started"],
            "weldfusion": info["weldfusion"],
        },
    )
