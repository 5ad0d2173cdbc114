"""The summary's numbers against pandas and soundfile."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import soundfile

from tests.data.small_set import add_column, set_cell, write_set
from weldfusion.data.folder import read_dataset
from weldfusion.data.summary import format_summary, summarise


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
