"""Both real data sets in full: each sensor alone, fusions and simple baselines, several seeds.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with ultrasonic_weld.zip and
robotic_weld_runs.zip. Every row is a figure per weld of out-of-fold predictions with its 95 % interval over
groups; the note says how it compares with the best simple baseline on the same sensors and folds.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from harness import Goal, Row, row, run

import weldfusion as wf
from weldfusion.evaluation.evaluate import evaluate

ROOT = Path(__file__).parents[1]
CONFIGS = ROOT / "configs"
ULTRASONIC = ("power", "force", "distance", "readings", "curves", "fusion", "cnn")
ROBOTIC = ("sound", "readings", "photos", "late", "concat")
BASELINE_N = 92.0
SEEDS = 3


def measure(quick: bool) -> list[Row]:
    source = Path(os.environ.get("WELDFUSION_REAL_DATA", ""))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ultrasonic = converted(source, "ultrasonic_weld", home)
        robotic = converted(source, "robotic_weld_runs", home)
        overrides: dict[str, Any] = {"seeds": 1, "trainer.max_epochs": 2} if quick else {"seeds": SEEDS}
        rows = []
        for name in ("curves", "fusion") if quick else ULTRASONIC:
            rows += studied("ultrasonic_weld", name, "ultrasonic", ultrasonic, home, overrides)
        rows += studied("ultrasonic_weld_by_day", "fusion", "ultrasonic", ultrasonic, home, overrides)
        for name in ("readings",) if quick else ROBOTIC:
            rows += studied("robotic_weld_runs", name, "robotic", robotic, home, overrides)
    return rows


def converted(source: Path, name: str, home: Path) -> Path:
    """The unzipped data set with card and manifest. Exits with one line where the recordings are missing."""
    archive = source / f"{name}.zip"
    if not archive.is_file():
        raise SystemExit(f"{archive}: not there; set WELDFUSION_REAL_DATA to the folder with the recordings")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(home / name)
    folder = next((home / name).rglob("index.csv")).parent
    subprocess.run([sys.executable, ROOT / "data" / name / "convert.py", folder], check=True)
    return folder


def studied(
    data: str, name: str, system: str, folder: Path, home: Path, overrides: dict[str, Any]
) -> list[Row]:
    """Fits and evaluates one config; one row per target, and the force without the welds of 0 N."""
    files = [CONFIGS / "data" / f"{data}.yaml", CONFIGS / "systems" / system / f"{name}.yaml"]
    trained = wf.fit(files, {"data.root": str(folder), **overrides}, home / "runs" / f"{data}-{name}")
    metrics = trained.evaluate()
    title = f"{data}, {name}"
    rows = [told(f"{title}: {target}", entry) for target, entry in metrics["targets"].items()]
    if "pullout_force" in metrics["targets"]:
        rows.append(told(f"{title}: pullout_force of welds above 0 N", without_zeros(trained)))
    return rows


def without_zeros(trained: wf.Run) -> dict[str, Any]:
    """The evaluation of the pull-out force less the 49 welds whose cable slipped out at 0 N."""
    kept = []
    for frame in trained.predictions():
        force = frame[frame["target"] == "pullout_force"]
        kept.append(force[force["truth"] > 0])
    return evaluate(kept[0], kept[1], {}, trained.settings.seed)["targets"]["pullout_force"]


def told(title: str, entry: dict[str, Any]) -> Row:
    """The headline figure of the mean of the networks of each fold (of the one network, if one)."""
    level, headline = entry["weld"], entry["headline"]
    together = level.get("ensemble")
    figure = (together or level)["figures"][headline]
    note = [interval(figure)]
    if together:
        single = level["figures"][headline]
        note.append(f"mean of {together['networks']} seeds; single network {single['value']:.3f}")
    best = level.get("best_baseline")
    if best:
        beside = level["baselines"][best]
        apart = (together or beside)["difference"][headline]
        note.append(f"{best}: {interval(beside['figures'][headline])}")
        note.append(f"{apart['verdict']} it, better by {interval(apart)}")
    goal = Goal("<=", BASELINE_N) if title == "ultrasonic_weld, fusion: pullout_force" else None
    return row(title, figure["value"], headline, goal, note="; ".join(note))


def interval(figure: dict[str, Any]) -> str:
    if figure["lower"] is None:
        return f"{figure['value']:.3f} ({figure['reason']})"
    return f"{figure['value']:.3f} [{figure['lower']:.3f}, {figure['upper']:.3f}]"


if __name__ == "__main__":
    raise SystemExit(run("real_data", __doc__, measure))
