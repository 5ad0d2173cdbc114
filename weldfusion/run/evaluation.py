"""Evaluating a run: figures beside baselines, what limits them, and the report."""

import json
import shlex
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from weldfusion.data.check import check
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import groups_of_card
from weldfusion.data.files import write_frame, write_text
from weldfusion.data.folder import Dataset
from weldfusion.data.summary import summarise
from weldfusion.evaluation.baselines import fit_baselines
from weldfusion.evaluation.evaluate import Frames, evaluate
from weldfusion.evaluation.join import mean_of_networks
from weldfusion.evaluation.learned import Row, learned_rows
from weldfusion.report.evaluation import Background, evaluation_report
from weldfusion.report.page import write_page
from weldfusion.report.recordings import views
from weldfusion.run.balanced import balanced_targets
from weldfusion.run.histories import histories
from weldfusion.run.kept import ALL, KeptRun
from weldfusion.run.limits import limits_of
from weldfusion.run.predicting import predictions
from weldfusion.run.seen import seen_lines, trained_on
from weldfusion.training.heard import heard
from weldfusion.training.plain import plain_windows
from weldfusion.training.selecting import selection_line
from weldfusion.training.stages import FUSION
from weldfusion.training.temperature import LIMITS

TEST = "test"


def evaluate_run(run: KeptRun, part: str, data: str | Path | Dataset | None) -> dict[str, Any]:
    """What `Run.evaluate` does; while there is no `metrics.json`, the evaluation is not whole."""
    own = data is None
    with heard() as warned:
        dataset = run.dataset(data)
        frames = predictions(run, dataset, part if own else None)
        frames = frames if own else _of_all_networks(frames)
        balanced = balanced_targets(run.settings, run.predictor(*run.folds[0]).model)
        baselines = baselines_of(run, dataset, balanced) if own and part == TEST else {}
    metrics = evaluate(*frames, baselines, run.settings.seed)
    told: dict[str, Any] = {"seen_in_training": own and part != TEST}
    if not own:
        known = trained_on(run, dataset)
        told = {"seen_in_training": bool(known.same), "networks": len(run.folds)}
        metrics["warnings"] = [*seen_lines(known, len(dataset.welds)), *metrics["warnings"]]
    metrics |= {"part": part if own else ALL, **told}
    for name, entry in metrics["targets"].items():
        entry |= told | {"balanced": name in balanced}
    for name, rows in _learned(run).items():
        metrics["targets"][name]["sensors"] = rows
    limits = [*limits_of(run, dataset, part, own), *metrics["warnings"], *run.folder.warnings(), *warned]
    metrics["warnings"] = list(dict.fromkeys(limits))
    folder = run.evaluation_folder(part, data)
    (folder / "metrics.json").unlink(missing_ok=True)
    write_frame(folder / "predictions.parquet", frames[0])
    write_frame(folder / "predictions_weld.parquet", frames[1])
    names = list(run.settings.data.inputs or dataset.card.modalities)
    background = _background(run, dataset, own)
    page = evaluation_report(metrics, *frames, background, lambda weld: views(dataset, weld, names))
    write_page(folder / "report.html", f"{run.folder.path.name}: evaluation", page)
    write_text(folder / "metrics.json", json.dumps(metrics, indent=1, allow_nan=False) + "\n")
    return metrics


def _of_all_networks(frames: Frames) -> Frames:
    """The mean of all networks of a run; their spread is no predicted interval."""
    windows, welds = (mean_of_networks(frame).assign(lower=np.nan, upper=np.nan) for frame in frames)
    return windows, welds


def baselines_of(run: KeptRun, dataset: Dataset, balanced: Collection[str]) -> Mapping[str, Frames]:
    """The simple baselines of a run's folds; `balanced` are the targets that get some of equal classes."""
    features, truths = plain_windows(WeldWindows(dataset, run.settings.data))
    return fit_baselines(features, truths, list(run.split.values()), run.settings.seed, balanced)


def _learned(run: KeptRun) -> dict[str, list[Row]]:
    """Rows of the sensors by target, of every network whose late fusion learned after training."""
    found: dict[str, list[Row]] = {}
    for fold, seed in run.folds:
        if (run.folder.fold(fold, seed) / FUSION).is_file():
            for target, figures in run.predictor(fold, seed).learned().items():
                classes = len(run.card.targets[target].classes)
                found.setdefault(target, []).extend(learned_rows(fold, seed, figures, classes, LIMITS))
    return found


def _split(run: KeptRun, dataset: Dataset) -> pd.DataFrame:
    """Rows of `split.csv`; `card_group` is the card's group, whatever the split kept together."""
    rows = pd.read_csv(run.folder.split, dtype=str, keep_default_na=False)
    named = groups_of_card(dataset.welds, dataset.card)
    kept = zip(rows["weld"], rows["group"], strict=True)
    return rows.assign(card_group=[named.get(weld, group) for weld, group in kept])


def _background(run: KeptRun, dataset: Dataset, own: bool) -> Background:
    info = run.folder.info()
    kept = own and run.folder.check.is_file()
    data = run.settings.data
    return Background(
        split=_split(run, dataset) if own else None,
        card_summary=summarise(dataset),
        findings=run.folder.findings() if kept else check(dataset.root, True, data.inputs, data.targets),
        histories=histories(run.folder),
        units={name: target.unit for name, target in dataset.card.targets.items()},
        about={
            "run": run.folder.path.name,
            "data": str(dataset.root),
            "command": as_typed(info["command"]),
            "started": info["started"],
            "weldfusion": info["weldfusion"],
            **selected(info.get("selected", {})),
        },
    )


def selected(info: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What `model.select` kept and dropped in each fold, in words.

    >>> selected({"fold1-seed0": {"settings": {"kept": ["current"], "dropped": ["voltage"]}}})
    {'selected, fold1-seed0': 'settings: 1 of 2 channels kept (current), dropped voltage'}
    """
    return {
        f"selected, {fold}": "; ".join(
            selection_line(name, names["kept"], names["dropped"]) for name, names in by_modality.items()
        )
        for fold, by_modality in info.items()
    }


def as_typed(words: Sequence[str]) -> str:
    """A command as a person types it, from the words that the process was given.

    >>> as_typed(["/usr/lib/weldfusion/__main__.py", "fit", "--config", "my welds.yaml"])
    "weldfusion fit --config 'my welds.yaml'"
    """
    if words and Path(words[0]).name in ("__main__.py", "weldfusion", "weldfusion.exe"):
        words = ["weldfusion", *words[1:]]
    return shlex.join(words)
