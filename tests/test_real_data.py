"""From the real recordings to an evaluated model, through the command line, on a small part of them."""

import csv
import json
import runpy
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from weldfusion.cli.main import main

ROOT = Path(__file__).parents[1]
CONFIGS = ROOT / "configs"


def part_of(source: Path, target: Path, label: str, most: int, files: Callable[[dict[str, str]], list[str]]):
    """Copies `most` welds of each class with their files; index.csv names only those."""
    with open(source / "index.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kept: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        if len(kept[row[label]]) < most:
            kept[row[label]].append(row)
            for name in files(row):
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source / name, target / name)
    chosen = [row for rows in kept.values() for row in rows]
    pd.DataFrame(chosen).to_csv(target / "index.csv", index=False)


def convert(name: str, folder: Path) -> None:
    runpy.run_path(str(ROOT / "data" / name / "convert.py"))["convert"](folder)


def verbs(folder: Path, run: Path, configs: list[str], *settings: str) -> dict:
    """check, fit, evaluate and predict; gives the metrics."""
    named = [word for name in configs for word in ("--config", str(CONFIGS / name))]
    assert main(["data", "check", str(folder)]) == 0
    assert (
        main(["fit", str(folder), *named, "--folder", str(run), "--trainer.max_epochs", "2", *settings]) == 0
    )
    assert main(["evaluate", str(run)]) == 0
    assert main(["predict", str(run), str(folder), "--out", str(run / "new.csv")]) == 0
    (report,) = run.glob("evaluation/*/report.html")
    assert report.stat().st_size < 5e6
    return json.loads((report.parent / "metrics.json").read_text(encoding="utf-8"))


def test_ultrasonic_welds(real_data: Callable[[str], Path], tmp_path: Path) -> None:
    source = next(real_data("ultrasonic_weld").rglob("index.csv")).parent
    folder = tmp_path / "ultrasonic"
    part_of(source, folder, "class", 8, lambda row: [row["path"]])
    convert("ultrasonic_weld", folder)
    configs = ["data/ultrasonic_weld.yaml", "systems/ultrasonic/fusion.yaml"]
    metrics = verbs(folder, tmp_path / "run", configs, "--split.k", "2")
    assert metrics["targets"]["class"]["weld"]["rows"] == 40
    assert metrics["targets"]["pullout_force"]["headline"] == "mae"
    predicted = pd.read_csv(tmp_path / "run" / "new.csv")
    assert predicted["weld"].nunique() == 40
    told = " ".join(metrics["warnings"])
    assert "class and day cannot be told apart" in told


def test_robotic_welds(real_data: Callable[[str], Path], tmp_path: Path) -> None:
    source = next(real_data("robotic_weld_runs").rglob("index.csv")).parent

    def files(row: dict[str, str]) -> list[str]:
        home = Path("runs") / row["run"]
        photos = sorted((source / home / "images").glob("*.jpg"))[:2]
        return [str(home / f"{row['run']}{end}") for end in (".csv", ".flac")] + [
            str(photo.relative_to(source)) for photo in photos
        ]

    folder = tmp_path / "robotic"
    part_of(source, folder, "label", 2, files)
    convert("robotic_weld_runs", folder)
    configs = ["data/robotic_weld_runs.yaml", "systems/robotic/late.yaml"]
    smaller = ("--split", "HoldOut", "--split.by", "config_folder", "--split.test", "0.4")
    small = ("--data.inputs.photos.size", "[24, 54]", "--data.windows.length_s", "4.0")
    metrics = verbs(folder, tmp_path / "run", configs, *smaller, *small)
    assert metrics["targets"]["verdict"]["headline"] == "balanced_accuracy"
    alone = ["predict", str(tmp_path / "run")]
    sound = next((folder / "runs").rglob("*.flac"))
    assert main([*alone, "--sound", str(sound)]) == 0


def test_cmt_arc_sound(real_data: Callable[[str], Path], tmp_path: Path) -> None:
    source = next(real_data("cmt_arc_sound").rglob("index.csv")).parent
    folder = tmp_path / "arc"
    part_of(source, folder, "class", 48, lambda row: [row["file"]])
    convert("cmt_arc_sound", folder)
    configs = ["systems/cnn_sk/lenet.yaml", "data/cmt_arc_sound.yaml"]
    metrics = verbs(folder, tmp_path / "run", configs, "--split.k", "2")
    assert metrics["targets"]["penetration"]["weld"]["rows"] == 3 * (48 - 15)
    assert "class and block cannot be told apart" in " ".join(metrics["warnings"])
    assert main(["explain", str(tmp_path / "run"), "--welds", "full_penetration-0003"]) == 0


@pytest.mark.parametrize("name", ["ultrasonic_weld", "robotic_weld_runs", "cmt_arc_sound"])
def test_a_folder_that_was_not_unzipped_whole_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"index\.csv"):
        convert(name, tmp_path)
