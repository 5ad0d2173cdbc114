"""Shared by the benchmarks on real recordings: data sets from the zip files, runs by config, rows of figures.

The recordings are not part of this repository: WELDFUSION_REAL_DATA names the folder with the zip files.
"""

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness import Row, row
from real_words import apart, bounded

import weldfusion as wf
from weldfusion.evaluation.compare import as_difference
from weldfusion.evaluation.compared import best_baseline
from weldfusion.evaluation.evaluate import Frames, evaluate
from weldfusion.evaluation.intervals import Interval

ROOT = Path(__file__).parents[1]
CONFIGS = ROOT / "configs"


def recordings() -> Path:
    """The folder of the zip files, as the environment names it."""
    return Path(os.environ.get("WELDFUSION_REAL_DATA", ""))


def converted(source: Path, name: str, home: Path) -> Path:
    """The unzipped data set with card and manifest. Exits with one line where the recordings are missing."""
    archive = source / f"{name}.zip"
    if not archive.is_file():
        raise SystemExit(f"{archive}: not there; set WELDFUSION_REAL_DATA to the folder with the recordings")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(home / name)
    folder = next((file.parent for file in (home / name).rglob("index.csv")), home / name)
    subprocess.run([sys.executable, ROOT / "data" / name / "convert.py", folder], check=True)
    return folder


def fitted(data: str, system: str, folder: Path, home: Path, overrides: Mapping[str, Any]) -> wf.Run:
    """A run of one config of the data and one of the system, called after both."""
    files = [CONFIGS / "data" / f"{data}.yaml", CONFIGS / "systems" / f"{system}.yaml"]
    name = f"{data}-{Path(system).name}" + (f"-folds{overrides['seed']}" if "seed" in overrides else "")
    return wf.fit(files, {"data.root": str(folder), **overrides}, home / "runs" / name)


def told(trained: wf.Run) -> list[Row]:
    """Headline figure of each target, and the force without the welds of 0 N."""
    name = trained.folder.path.name
    targets = trained.evaluate()["targets"]
    rows = [headline(f"{name}: {target}", entry) for target, entry in targets.items()]
    if "pullout_force" in targets:
        kept = [frame[(frame["target"] == "pullout_force") & (frame["truth"] > 0)]
                for frame in trained.predictions()]  # fmt: skip
        entry = evaluate(kept[0], kept[1], {}, trained.settings.seed)["targets"]["pullout_force"]
        rows.append(headline(f"{name}: pullout_force, welds above 0 N only", entry))
    return rows


def told_beside(trained: wf.Run, baselines: Mapping[str, Frames]) -> list[Row]:
    """Headline figure of each target beside the best of these baselines."""
    targets = evaluate(*trained.predictions(), baselines, trained.settings.seed)["targets"]
    name = trained.folder.path.name
    return [headline(f"{name}: {target}", entry) for target, entry in targets.items()]


def headline(title: str, entry: dict[str, Any]) -> Row:
    """The headline figure of the mean of the networks of each fold (of the one network, if one). The goal of
    the row is to beat the best baseline: met where the paired interval of the difference lies above 0 and its
    p-value is below 0.05."""
    level, figure = entry["weld"], entry["headline"]
    together = level.get("ensemble")
    found = (together or level)["figures"][figure]
    note = [told_figure(found)]
    if together:
        note.append(
            f"mean of {together['networks']} seeds, one alone {level['figures'][figure]['value']:.3f}"
        )
    best = best_baseline(level.get("baselines", {}), figure)
    if best is None:
        return row(title, found["value"], figure, note="; ".join(note))
    gain = as_difference((together or level["baselines"][best.name])["difference"][figure])
    verdict = best.gain.of(gain).verdict
    note.append(f"{best.name}: {told_figure(best.figure)}")
    told = f"{verdict} it, " if gain.interval.estimable else ""
    note.append(f"{told}{apart(gain)}")
    told_row = row(title, found["value"], figure, note="; ".join(note))
    return replace(told_row, goal=f"beats {best.name}", met=verdict == "beats")


def told_figure(figure: Mapping[str, Any]) -> str:
    """A figure of `metrics.json`."""
    return bounded(figure["value"], Interval(figure["lower"], figure["upper"], figure["reason"]))
