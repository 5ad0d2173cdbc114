"""The manifest: CSV and Parquet give the same welds; cells mean what the docs say."""

from math import isnan
from pathlib import Path

import pandas as pd
import pytest

from tests.data.small_set import add_column, edit, set_cell, write_set
from weldfusion.data.card import Card, read_card
from weldfusion.data.folder import read_dataset
from weldfusion.data.manifest import parse_manifest, read_manifest, write_manifest
from weldfusion.errors import ManifestError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_set(tmp_path / "set")


def card_of(folder: Path) -> Card:
    return read_card(folder / "dataset.yaml")


def test_cells_agree_with_pandas(folder: Path) -> None:
    table = pd.read_csv(folder / "manifest.csv")
    welds = read_manifest(folder / "manifest.csv", card_of(folder))
    assert [weld.id for weld in welds] == list(table["weld"])
    assert [weld.targets["force"] for weld in welds] == list(table["force_n"])
    assert [weld.values["settings"] for weld in welds] == list(
        table[["current_a", "gas_l_min"]].itertuples(index=False, name=None)
    )
    assert [weld.groups["day"] for weld in welds] == list(table["day"])
    assert [weld.row for weld in welds] == list(range(2, 14))
    assert all(file.is_absolute() for weld in welds for files in weld.files.values() for file in files)


def test_parquet_gives_the_same_welds(folder: Path) -> None:
    card = card_of(folder)
    from_csv = read_manifest(folder / "manifest.csv", card)
    pd.read_csv(folder / "manifest.csv").to_parquet(folder / "manifest.parquet")
    assert read_manifest(folder / "manifest.parquet", card) == from_csv
    (folder / "manifest.csv").unlink()
    assert len(read_dataset(folder).welds) == 12


def test_blank_lines_keep_row_numbers(folder: Path) -> None:
    edit(folder / "manifest.csv", "d,day 0", "\nd,day 0")
    set_cell(folder, 5, "verdict", "wrong")
    with pytest.raises(ManifestError, match=r"row 5, verdict: 'wrong'"):
        read_manifest(folder / "manifest.csv", card_of(folder))


def test_absent_sensor_and_truth(folder: Path) -> None:
    set_cell(folder, 2, "sound", "")
    set_cell(folder, 2, "force_n", "")
    set_cell(folder, 2, "verdict", "")
    set_cell(folder, 2, "current_a", "")
    set_cell(folder, 2, "gas_l_min", "")
    weld = read_dataset(folder).welds[0]
    assert not weld.has("sound")
    assert not weld.has("settings")
    assert weld.has("photos")
    assert weld.targets == {"verdict": None, "force": None}


def test_declared_empty_value_is_nan(folder: Path) -> None:
    edit(folder / "dataset.yaml", "kind: table", "kind: table\n    missing: nan\n    max_missing: 0.5")
    set_cell(folder, 2, "current_a", "")
    values = read_dataset(folder).welds[0].values["settings"]
    assert isnan(values[0])
    assert values[1] > 0


def test_more_empty_than_declared(folder: Path) -> None:
    edit(folder / "dataset.yaml", "kind: table", "kind: table\n    missing: nan\n    max_missing: 0.1")
    set_cell(folder, 2, "current_a", "")
    with pytest.raises(ManifestError, match=r"row 2, current_a: 1 of 2 values .* 0\.1"):
        read_dataset(folder)


def test_several_photos_and_globs(folder: Path) -> None:
    set_cell(folder, 2, "photos", "photos/l.png; photos/a.png")
    set_cell(folder, 3, "photos", "photos/[ab].png")
    welds = read_dataset(folder).welds
    assert [file.name for file in welds[0].files["photos"]] == ["l.png", "a.png"]
    assert [file.name for file in welds[1].files["photos"]] == ["a.png", "b.png"]


@pytest.mark.parametrize(("cell", "labels"), [("pore;good", ("pore", "good")), ("-", ()), ("", None)])
def test_several_labels(folder: Path, cell: str, labels: tuple[str, ...] | None) -> None:
    edit(folder / "dataset.yaml", "kind: class", "kind: multilabel")
    set_cell(folder, 2, "verdict", cell)
    assert read_dataset(folder).welds[0].targets["verdict"] == labels


def test_times_speed_and_overrides(folder: Path) -> None:
    columns = {"active_from": "0.1", "active_to": "0.4", "speed_mm_s": "6", "sound.offset_s": "-0.05"}
    for column, value in (columns | {"sound.clock_ppm": "20", "split": "fit"}).items():
        add_column(folder, column, [value] * 12)
    weld = read_dataset(folder).welds[3]
    assert (weld.active_from, weld.active_to, weld.speed_mm_s) == (0.1, 0.4, 6.0)
    assert weld.offset_s == {"sound": -0.05}
    assert weld.clock_ppm == {"sound": 20.0}
    assert weld.split == "fit"


def test_excluded_welds_are_kept_apart_and_not_checked(folder: Path) -> None:
    add_column(folder, "exclude", ["arc went out", *[""] * 11])
    set_cell(folder, 2, "verdict", "nonsense")
    dataset = read_dataset(folder)
    assert len(dataset.welds) == 11
    assert [weld.exclude for weld in dataset.excluded] == ["arc went out"]


def test_every_problem_is_collected(folder: Path) -> None:
    set_cell(folder, 2, "verdict", "x")
    set_cell(folder, 7, "force_n", "1,5".replace(",", "·"))
    set_cell(folder, 9, "weld", "d")
    _, welds, findings = parse_manifest(folder / "manifest.csv", card_of(folder))
    assert [(finding.row, finding.field) for finding in findings] == [
        (2, "verdict"), (7, "force_n"), (9, "weld"),
    ]  # fmt: skip
    assert len(welds) == 12


def test_misspelt_optional_column_is_a_warning(folder: Path) -> None:
    add_column(folder, "active_form", ["0"] * 12)
    _, _, findings = parse_manifest(folder / "manifest.csv", card_of(folder))
    assert [finding.level for finding in findings] == ["warning"]
    assert "active_from" in findings[0].message


def test_a_renamed_column_is_not_told_to_be_one_of_the_optional_ones(folder: Path) -> None:
    add_column(folder, "sound.offset_s", ["0"] * 12)
    path = folder / "manifest.csv"
    head, _, rest = path.read_text("utf-8").partition("\n")
    path.write_text(head.replace("sound,", "mic,", 1) + "\n" + rest, encoding="utf-8")
    _, _, findings = parse_manifest(path, card_of(folder))
    (missing,) = [finding.message for finding in findings if finding.code == "missing-column"]
    assert missing.endswith("; valid: mic")


def test_written_manifest_is_read_back_by_pandas(tmp_path: Path) -> None:
    rows = [
        {"weld": "a", "photo": ["x.png", "y.png"], "force": 1.5},
        {"weld": 'b, "c"', "force": None, "note": "ü"},
    ]
    write_manifest(rows, tmp_path / "manifest.csv")
    table = pd.read_csv(tmp_path / "manifest.csv").astype(object)
    assert list(table.columns) == ["weld", "photo", "force", "note"]
    assert list(table["weld"]) == ["a", 'b, "c"']
    assert table["photo"][0] == "x.png;y.png"
    assert table["note"][1] == "ü"
    assert list(table["force"].isna()) == [False, True]
