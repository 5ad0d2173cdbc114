"""The script in data/flash_weld: counts, blocks, and that the length of a record tells nothing any more."""

import csv
import runpy
import shutil
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from weldfusion.config.load import load_settings
from weldfusion.data.check import check
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.leave_out import open_dataset

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "data" / "flash_weld" / "convert.py"))


@pytest.fixture(scope="module")
def flash(real_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("flash") / "data"
    shutil.copytree(real_data("flash_weld"), folder)
    SCRIPT["convert"](folder)
    return read_dataset(folder)


def manifest(dataset: Dataset) -> list[dict[str, str]]:
    with open(dataset.root / "manifest.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.real_data
def test_flash_welds_are_those_that_were_published(flash: Dataset) -> None:
    verdicts = Counter((weld.groups["shift"], weld.targets["verdict"]) for weld in flash.welds)
    good = {"0": 232, "1": 85, "2": 86, "3": 81, "4": 85}
    assert verdicts == {(shift, "good"): count for shift, count in good.items()} | {("0", "bad"): 32}
    assert [found.message for found in check(flash.root) if found.level == "error"] == []


@pytest.mark.real_data
def test_the_length_of_a_record_tells_the_verdict_and_that_of_its_active_part_does_not(
    flash: Dataset,
) -> None:
    rows = manifest(flash)
    bad = [row["verdict"] == "bad" for row in rows]
    lengths = [len(pd.read_csv(flash.root / row["record"])) for row in rows]
    active = [float(row["active_to"]) - float(row["active_from"]) for row in rows]
    assert roc_auc_score(bad, lengths) > 0.99
    assert roc_auc_score(bad, active) == 0.5
    assert min(lengths) / 10 > max(active)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["flash_weld", "flash_weld_at_random", "flash_weld_by_shift"])
def test_every_config_shows_a_network_the_first_30_s_and_no_stage(flash: Dataset, name: str) -> None:
    system = ROOT / "configs" / "systems" / "flash_weld" / "cnn.yaml"
    files = [ROOT / "configs" / "data" / f"{name}.yaml", system]
    settings, _ = load_settings(files, {"data.root": str(flash.root)})
    windows = WeldWindows(open_dataset(settings.data), settings.data)
    assert len(windows) == (601 if name == "flash_weld_by_shift" else 264)
    batch = windows.__getitems__([0, 9, 90])
    raw = [pd.read_csv(flash.root / f"{weld}.csv") for weld in batch.where.weld]
    columns = {"position": ["position"], "current": ["current"], "voltage": ["voltage"],
               "pressure": ["pressure_1", "pressure_2"]}  # fmt: skip
    assert set(batch.inputs) == set(columns)
    for sensor, names in columns.items():
        expected = np.stack([one[names].to_numpy()[:300].T for one in raw])
        assert np.allclose(batch.inputs[sensor].numpy(), expected, rtol=1e-6)


@pytest.mark.real_data
def test_blocks_are_successive_welds_of_one_shift(flash: Dataset) -> None:
    index = pd.read_csv(flash.root / "index.csv").set_index("file")
    time = pd.to_datetime(index["time"])
    blocks: dict[str, list[str]] = {}
    for row in manifest(flash):
        blocks.setdefault(row["block"], []).append(row["record"])
    spans = sorted((time[files].min(), time[files].max(), len(files)) for files in blocks.values())
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    assert max(span[2] for span in spans) == 22
    assert all(index.loc[files, "shift"].nunique() == 1 for files in blocks.values())
    bad = {block for block, files in blocks.items() if (index.loc[files, "label"] == "bad").any()}
    assert len(bad) >= 4
