"""Columns of a CSV or other text table.

Options: `columns`, `time`, `time_unit` (see `data.columns`); `sep` (`,`), `decimal` (`.`), `encoding`
(`utf-8-sig`), `skip_until` (text of the line after which the header follows), `header` (number of the
header's line, counted from 1 or after `skip_until`; 0: no header, columns are named 1, 2, 3 …).
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from weldfusion.data.columns import Chosen
from weldfusion.data.reading import Reading, options_of
from weldfusion.errors import ReadError

SUFFIXES = (".csv", ".tsv", ".txt")
MISSING = ("", "nan", "NaN", "NAN", "null", "NA")


@dataclass(frozen=True)
class Layout:
    """How the text is laid out."""

    sep: str
    decimal: str
    encoding: str
    skip_until: str
    header: int


@dataclass(frozen=True)
class Body:
    """The rows below the header; `first_row` is the number of the first one in the file, from 1."""

    text: str
    names: tuple[str, ...]
    first_row: int


def read(path: Path, options: Mapping[str, Any]) -> Reading:
    """float32 (columns, rows); an empty cell is NaN.

    Raises ReadError with row and column where a cell is text or a row ends early.
    """
    layout, chosen = _options(path, options)
    body = _body(path, layout)
    names = chosen.names(path, body.names)
    if not body.text.strip():
        raise ReadError(f"{path}: has no rows below its header in line {body.first_row - 1}")
    try:
        table = pd.read_csv(
            StringIO(_padded(body, layout.sep)), sep=layout.sep, decimal=layout.decimal, header=None,
            skipinitialspace=True,
            usecols=[body.names.index(name) for name in names], names=list(range(len(body.names))),
            dtype=np.float64, na_values=list(MISSING), keep_default_na=False, index_col=False,
            skip_blank_lines=True, quoting=csv.QUOTE_NONE if '"' not in body.text else csv.QUOTE_MINIMAL,
        )  # fmt: skip
    except (ValueError, pd.errors.ParserError) as problem:
        _refuse_cells(path, body, layout, names)
        raise ReadError(f"{path}: cannot be read as a table: {' '.join(str(problem).split())}") from None
    values = {name: table[body.names.index(name)].to_numpy() for name in names}
    if any(np.isnan(column).any() for column in values.values()):
        _refuse_cells(path, body, layout, names)
    return chosen.reading(path, values)


def _options(path: Path, options: Mapping[str, Any]) -> tuple[Layout, Chosen]:
    fields = options_of(path, options)
    sep = fields.text("sep", "\t" if path.suffix.lower() == ".tsv" else ",")
    if len(sep) != 1:
        fields.note("sep", f"must be one character, is {sep!r}")
    layout = Layout(
        sep=sep,
        decimal=fields.choice("decimal", (".", ","), "."),
        encoding=fields.text("encoding", "utf-8-sig"),
        skip_until=fields.text("skip_until"),
        header=fields.whole("header", 1),
    )
    chosen = Chosen.options(fields)
    fields.close()
    return layout, chosen


def _body(path: Path, layout: Layout) -> Body:
    try:
        text = path.read_bytes().decode(layout.encoding)
    except LookupError:
        raise ReadError(
            f"{path}: reader.encoding: {layout.encoding!r} is unknown; try utf-8 or latin-1"
        ) from None
    except UnicodeDecodeError as problem:
        raise ReadError(
            f"{path}: byte {problem.start} is not {layout.encoding}; try reader.encoding: latin-1"
        ) from None
    except OSError as problem:
        raise ReadError(f"{path}: cannot be read: {problem.strerror}") from None
    if "\0" in text:
        raise ReadError(f"{path}: holds zero bytes; is it a text file?")
    lines = text.splitlines(keepends=True)
    start = 0
    if layout.skip_until:
        marks = [number for number, line in enumerate(lines) if line.strip() == layout.skip_until.strip()]
        if not marks:
            raise ReadError(f"{path}: reader.skip_until: has no line {layout.skip_until!r}")
        start = marks[0] + 1
    start += layout.header
    if start > len(lines) or start == len(lines) == 0:
        raise ReadError(f"{path}: ends before its header in line {start}; is the file truncated?")
    head = lines[start - 1] if layout.header else lines[start] if start < len(lines) else ""
    cells = next(csv.reader([head], delimiter=layout.sep), [])
    names = tuple(cell.strip() if layout.header else str(n) for n, cell in enumerate(cells, start=1))
    return Body("".join(lines[start:]), names, start + 1)


def _padded(body: Body, sep: str) -> str:
    """The rows, the first one as wide as the header: pandas takes its width for that of all rows."""
    line, end, rest = body.text.partition("\n")
    missing = len(body.names) - len(next(csv.reader([line], delimiter=sep), []))
    return f"{line.rstrip()}{sep * missing}{end}{rest}" if missing > 0 else body.text


def _refuse_cells(path: Path, body: Body, layout: Layout, names: Sequence[str]) -> None:
    """Raise ReadError for the first cell that is text or lies beyond the end of its row."""
    wanted = [(name, body.names.index(name)) for name in names]
    reader = csv.reader(StringIO(body.text), delimiter=layout.sep, skipinitialspace=True)
    for cells in reader:
        if not cells:
            continue
        row = body.first_row + reader.line_num - 1
        if len(cells) > len(body.names):
            raise ReadError(f"{path} row {row}: has {len(cells)} cells, the header has {len(body.names)}")
        for name, place in wanted:
            if place >= len(cells):
                raise ReadError(
                    f"{path} row {row}, column {name!r}: the row ends before it; is the file truncated?"
                )
            cell = cells[place].strip()
            if cell not in MISSING and not _is_number(cell, layout.decimal):
                hint = "; set reader.decimal: ','" if layout.decimal == "." and "," in cell else ""
                raise ReadError(f"{path} row {row}, column {name!r}: {cell!r} is not a number{hint}")


def _is_number(cell: str, decimal: str) -> bool:
    try:
        float(cell.replace(decimal, ".") if decimal != "." else cell)
    except ValueError:
        return False
    return True
