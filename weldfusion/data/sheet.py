"""A manifest as a sheet of text cells, from CSV or Parquet, with row numbers as a spreadsheet shows them."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from weldfusion.data.finding import Finding
from weldfusion.data.text import read_text
from weldfusion.errors import ManifestError


@dataclass(frozen=True)
class Sheet:
    """Header and rows of a manifest; `rows` holds (row number, cells by column), the header is row 1."""

    header: tuple[str, ...]
    rows: Sequence[tuple[int, Mapping[str, str]]]


def read_sheet(path: Path) -> tuple[Sheet, list[Finding]]:
    """The sheet of `manifest.csv` or `manifest.parquet` and what is wrong with its form.

    Raises ManifestError where nothing can be read at all.
    """
    if path.suffix.lower() == ".parquet":
        return _read_parquet(path), []
    if path.suffix.lower() == ".csv":
        return _read_csv(path)
    raise ManifestError(f"{path}: the manifest must be a .csv or .parquet file")


def _read_csv(path: Path) -> tuple[Sheet, list[Finding]]:
    text = read_text(path, ManifestError)
    try:
        lines = list(csv.reader(StringIO(text, newline=""), strict=True))
    except csv.Error as problem:
        raise ManifestError(f"{path}: cannot be read as CSV: {problem}; check the quotes") from None
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise ManifestError(f"{path} row 1: the header is missing; it names the columns, first of all `weld`")
    header = _header(path, tuple(cell.strip() for cell in lines[0]))
    rows, findings = [], []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            message = f"has {len(cells)} cells, the header has {len(header)}; quote cells that hold a comma"
            findings.append(Finding("error", "row-length", message, str(path), number))
            cells = (cells + [""] * len(header))[: len(header)]
        rows.append((number, dict(zip(header, (cell.strip() for cell in cells), strict=True))))
    return Sheet(header, rows), findings


def _header(path: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        raise ManifestError(f"{path} row 1: one column {names[0]!r}; separate columns by commas")
    for column, name in enumerate(names, start=1):
        if not name:
            raise ManifestError(f"{path} row 1: column {column} has no name; name or remove it")
        if names.count(name) > 1:
            raise ManifestError(f"{path} row 1: column {name!r} occurs twice; rename or remove one")
    return names


def _read_parquet(path: Path) -> Sheet:
    try:
        table = pa.parquet.read_table(path)
    except FileNotFoundError:
        raise ManifestError(f"{path}: no such file") from None
    except (OSError, pa.ArrowException) as problem:
        raise ManifestError(f"{path}: cannot be read as Parquet: {problem}") from None
    header = _header(path, tuple(name.strip() for name in table.column_names))
    columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    rows = [
        (number, dict(zip(header, cells, strict=True)))
        for number, cells in enumerate(zip(*columns, strict=True), start=2)
    ]
    return Sheet(header, rows)


def _cell(value: object) -> str:
    """Text of a Parquet value; empty for null and NaN.

    >>> _cell(3.0), _cell(None), _cell(["pore", "crack"])
    ('3', '', 'pore;crack')
    """
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ";".join(_cell(entry) for entry in value)
    return str(value).strip()
