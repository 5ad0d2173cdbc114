"""The summary's numbers against pandas and soundfile."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile

from tests.data.small_set import add_column, set_cell, write_set
from tests.training.dense_data import SECONDS, write_dense
from weldfusion.data.card import TargetSpec
from weldfusion.data.folder import read_dataset
from weldfusion.data.summary import format_summary, summarise
from weldfusion.data.summary_along import events
from weldfusion.data.weld import Weld


def test_numbers(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    set_cell(folder, 3, "sound", "")
    set_cell(folder, 4, "verdict", "")
    soundfile.write(folder / "sound/k.wav", [0.1] * 2000, 8000)
    (folder / "photos/k.png").write_bytes(b"x")
    add_column(folder, "exclude", [*[""] * 11, "arc out"])
    table = pd.read_csv(folder / "manifest.csv")
    used = table[table["exclude"].isna()]
    summary: dict[str, Any] = summarise(read_dataset(folder), progress=False)
    counts = {row["class"]: row["welds"] for row in summary["classes"]}
    assert counts == {**used["verdict"].value_counts().to_dict(), "(unknown)": 1}
    (force,) = summary["values"]
    assert (force["least"], force["median"], force["most"]) == pytest.approx(
        used["force_n"].quantile([0, 0.5, 1]).to_list()
    )
    rows = {row["modality"]: row for row in summary["modalities"]}
    assert (rows["sound"]["welds"], rows["sound"]["missing"], rows["sound"]["files"]) == (10, 1, 10)
    assert (rows["sound"]["least s"], rows["sound"]["most s"]) == (0.25, 0.5)
    assert (rows["photos"]["unreadable"], rows["photos"]["size"]) == (1, "12x16 (10)")
    data = {row["field"]: row["value"] for row in summary["data"]}
    assert (data["welds"], data["excluded"], data["groups (day)"]) == (11, 1, 6)
    assert "135 MAG, solid wire" in format_summary(summary)


def test_truths_along_the_weld(tmp_path: Path) -> None:
    dataset = read_dataset(write_dense(tmp_path / "dense", welds=8))
    tables: dict[str, Any] = summarise(dataset, progress=False)
    known = [weld for weld in dataset.welds if weld.targets["pores"] is not None]
    pores = [pd.read_csv(str(weld.targets["pores"])) for weld in known]
    (row,) = tables["events"]
    assert (row["class"], row["ISO 6520-1"]) == ("pore", 2011)
    assert (row["welds"], row["of welds"]) == (sum(map(bool, map(len, pores))), 7)
    assert row["events"] == sum(map(len, pores)) > 0
    covered = sum((table["t1_s"] - table["t0_s"]).sum() for table in pores)
    assert row["% of time"] == pytest.approx(100 * covered / (7 * SECONDS), abs=0.01)
    depth = [np.load(str(weld.targets["depth"])) for weld in dataset.welds]
    (curve,) = tables["values"]
    assert curve["known"] == 8
    assert (curve["least"], curve["most"]) == pytest.approx((np.nanmin(depth), np.nanmax(depth)))
    assert curve["median"] == pytest.approx(np.median([np.nanmedian(one) for one in depth]))


def test_events_that_overlap_are_one_and_end_with_the_weld(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t0_s,t1_s,value\n0.5,0.7,pore\n0.1,0.3,pore\n0.2,0.4,pore\n0.9,1.5,gap\n")
    weld = Weld("a", 2, targets={"bad": path})
    target = TargetSpec("bad", "intervals", "interval", classes=("pore", "gap", "crack"), step_s=0.1)
    pore, gap, crack = events(target, [weld, Weld("b", 3)], {"a": 1.0})
    assert (pore["events"], pore["% of time"]) == (2, 50.0)
    assert (gap["events"], gap["% of time"]) == (1, 10.0)
    assert (crack["welds"], crack["of welds"], crack["events"], crack["% of time"]) == (0, 1, 0, 0.0)
    path.write_text("start\n")
    assert events(target, [weld], {})[0]["unreadable"] == 1


def test_classes_of_samples_are_counted_as_stretches(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.array([[0, 0, 1, 1, 0, -1, np.nan, 1, 1, 1]]))
    target = TargetSpec("state", "class", "sample", classes=("good", "bad"), rate=Fraction(10))
    good, bad = events(target, [Weld("a", 2, targets={"state": path})], {})
    assert (good["events"], good["% of time"]) == (2, 37.5)
    assert (bad["events"], bad["% of time"]) == (2, 62.5)
