"""The manifest: one row per weld.

Columns: `weld` (id), the card's group and target columns, a column of paths for each modality (relative
to the data folder; several separated by `;`, or a glob) or its columns of numbers, and, if wanted,
`active_from`, `active_to` (seconds on the weld's clock), `exclude` (a reason), `speed_mm_s`, `split`,
`<modality>.offset_s`, `<modality>.clock_ppm`. An empty cell means: not recorded, not known. Several
labels are written `pore;crack`, a weld known to have none of them `-`.
"""

import csv
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

from weldfusion.data.card import RESERVED, Card
from weldfusion.data.files import write_text
from weldfusion.data.finding import Finding, Level, raise_first
from weldfusion.data.rows import Row, weld_of
from weldfusion.data.sheet import Sheet, read_sheet
from weldfusion.data.weld import Weld
from weldfusion.errors import ManifestError, did_you_mean

__all__ = ["Weld", "parse_manifest", "read_manifest", "write_manifest"]


def read_manifest(path: Path, card: Card) -> list[Weld]:
    """All welds of a manifest in its order, excluded ones too.

    Raises:
        ManifestError: one line with file, row as a spreadsheet shows it (header = row 1), column, value and
            what would be right; the number of further problems is told.
    """
    _, welds, findings = parse_manifest(Path(path), card)
    raise_first(findings, ManifestError)
    return welds


def parse_manifest(path: Path, card: Card) -> tuple[Sheet, list[Weld], list[Finding]]:
    """The welds with every problem noted. Rows with a reason in `exclude` are not checked.

    Raises ManifestError only where the file cannot be read as a table at all.
    """
    sheet, findings = read_sheet(path)
    findings += _check_header(path, sheet, card)
    welds: list[Weld] = []
    first_row: dict[str, int] = {}
    for number, cells in sheet.rows:
        problems: list[Finding] = []

        def note(
            code: str, column: str, message: str, row: int = number, to: list[Finding] = problems
        ) -> None:
            to.append(Finding("error", code, message, str(path), row, column))

        weld = weld_of(Row(path.parent.absolute(), number, cells, note), card)
        findings += [] if weld.exclude else problems
        if not weld.id:
            findings.append(
                Finding("error", "no-id", "is empty; give every weld an id", str(path), number, "weld")
            )
        elif weld.id in first_row:
            message = f"id {weld.id!r} is also in row {first_row[weld.id]}; every weld needs its own"
            findings.append(Finding("error", "duplicate-id", message, str(path), number, "weld"))
        first_row.setdefault(weld.id, number)
        welds.append(weld)
    if not welds:
        findings.append(Finding("error", "no-welds", "has no rows; write one row per weld", str(path)))
    return sheet, welds, findings


def _check_header(path: Path, sheet: Sheet, card: Card) -> list[Finding]:
    """Columns that the card names and the sheet lacks, and columns that look like a misspelt one."""
    findings: list[Finding] = []
    needed = {"weld": "the id of the weld"}
    needed |= dict.fromkeys(card.groups, "groups of the card")
    needed |= {target.column: f"targets.{name} of the card" for name, target in card.targets.items()}
    for name, modality in card.modalities.items():
        columns = modality.columns or ((modality.column,) if modality.column else ())
        needed |= dict.fromkeys(columns, f"modalities.{name} of the card")
    timed = [name for name, modality in card.modalities.items() if modality.timed]
    optional = {*RESERVED, *(f"{m}.{key}" for m in timed for key in ("offset_s", "clock_ppm"))}
    for column, use in needed.items():
        if column not in sheet.header:
            near = did_you_mean(column, set(sheet.header) - set(needed) - optional or sheet.header)
            findings.append(Finding("error", "missing-column", f"has no column {column!r} ({use}); {near}",
                                    str(path), 1, column))  # fmt: skip
    for column in sorted(set(sheet.header) - set(needed) - optional):
        close = get_close_matches(column, optional - set(sheet.header), n=1, cutoff=0.8)
        dotted = column.split(".")[0] in card.modalities and "." in column
        if close or dotted:
            right = did_you_mean(column, optional)
            message = f"column {column!r} has no meaning; {right}"
            level: Level = "error" if dotted else "warning"
            findings.append(Finding(level, "unknown-column", message, str(path), 1, column))
    return findings


def write_manifest(rows: Sequence[Mapping[str, object]], path: Path) -> None:
    """Write rows (column → value; None: empty; list or tuple: joined by `;`) as CSV, whole or not at all.

    The columns are those of all rows in order of first appearance.
    """
    header = list(dict.fromkeys(column for row in rows for column in row))
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_written(row.get(column)) for column in header] for row in rows)
    write_text(Path(path), text.getvalue())


def _written(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, list | tuple):
        return ";".join(str(entry) for entry in value)
    return str(value)
