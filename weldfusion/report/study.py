"""The tables of a study as Markdown, as text for a terminal and as one HTML page."""

from collections.abc import Sequence
from pathlib import Path

from weldfusion.data.files import write_text
from weldfusion.report.elements import Element, Heading, Table, Text, WarningBox
from weldfusion.report.one_class import MARK, one_class_notes
from weldfusion.report.page import render_template
from weldfusion.report.study_sheets import (
    BEATEN,
    BETTER,
    NOT_BEATEN,
    NOTES,
    PUBLISHED,
    SIMPLE,
    UNTOLD,
    WORSE,
    Sheet,
    differences_lines,
)
from weldfusion.studies.facts import facts_line
from weldfusion.studies.results import Outcome, Result
from weldfusion.studies.scored import differently_scored
from weldfusion.studies.study import Study, percent

P_VALUES = "p → p after Holm’s correction"
COMPARED = ("row", "of the training welds", "figure", SIMPLE, "the row beside that model", P_VALUES,
            "the row … that model", "the row beside the first row", P_VALUES,
            "the row … the first row")  # fmt: skip
LEGEND = {
    NOT_BEATEN: f"not shown to beat the {SIMPLE} (so also a worse figure without an interval, which shows "
    "nothing)",
    BEATEN: f"beaten by the {SIMPLE}",
    UNTOLD: f"cannot be told whether it beats the {SIMPLE}",
    BETTER: "better than the first row",
    WORSE: "worse than the first row",
    MARK: "one class for every weld of a fold",
}


def markdown(study: Study, made: Sequence[Sheet], outcomes: Sequence[Outcome]) -> str:
    """The tables as Markdown; every figure leads to its run's report."""
    head = [f"# {_plain(study.title)}", _plain(about(study, outcomes))]
    blocks = [*filter(None, head), *(_markdown_table(sheet) for sheet in made)]
    limits = [f"What these welds cannot show: {limit}" for limit in _limits(outcomes)]
    notes = [*_notes(study, made, outcomes), *limits, *_failures(outcomes)]
    return "\n\n".join([*blocks, "\n".join(f"- {_plain(note)}" for note in notes)]) + "\n"


def _markdown_table(sheet: Sheet) -> str:
    header = ["row", "parameters", *sheet.columns, SIMPLE, *_published_columns(sheet)]
    lines = [header, ["---", "---:", *("---" for _ in header[2:])]]
    for row in sheet.rows:
        cells = [f"[{_plain(c.text)}]({c.report})" if c.report else _plain(c.text) for c in row.cells]
        published = [text or "–" for text in row.published] if sheet.has_published else []
        lines.append([_plain(row.name), row.parameters, *cells, _plain(row.simple), *published])
    if len(sheet.baseline):
        empty = ["" for _ in _published_columns(sheet)]
        lines.append(["*best simple baseline*", "", *map(_plain, sheet.baseline), "", *empty])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return "\n\n".join(filter(None, [f"## {_plain(sheet.title)}", table, sheet.remark]))


def _plain(text: str) -> str:
    """Text that stays one cell.

    >>> _plain("a | b [c]")
    'a \\\\| b \\\\[c\\\\]'
    """
    for character in "|[]*":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())


def terminal_rows(sheet: Sheet) -> list[list[str]]:
    """Rows of cells for a terminal, header first."""
    rows = [["row", "parameters", *sheet.columns, SIMPLE]]
    rows += [[row.name, row.parameters, *(cell.text for cell in row.cells), row.simple] for row in sheet.rows]
    return [*rows, ["best simple baseline", "", *sheet.baseline, ""]]


def legend(made: Sequence[Sheet]) -> str:
    """One line for a terminal: the marks that occur in the tables; empty where none does.

    >>> from weldfusion.report.study_sheets import SheetCell, SheetRow
    >>> rows = [SheetRow("a", "1", [SheetCell("0.9 ††↓")], []), SheetRow("b", "1", [SheetCell("0.8 ††")], [])]
    >>> legend([Sheet("t", ["accuracy"], [], rows, [])])
    'marks: †† beaten by the simple model on the same sensors; ↓ worse than the first row'
    """
    marks = {mark for sheet in made for row in sheet.rows for cell in row.cells for mark in _marks(cell.text)}
    told = [f"{mark} {words}" for mark, words in LEGEND.items() if mark in marks]
    return f"marks: {'; '.join(told)}" if told else ""


def _marks(text: str) -> list[str]:
    """
    >>> _marks("0.917 [0.892, 0.935] ††↓§"), _marks("0.9 †")
    (['††', '↓', '§'], ['†'])
    """
    twice = [BEATEN] if BEATEN in text else []
    return [*twice, *(mark for mark in LEGEND if mark != BEATEN and mark in text.replace(BEATEN, ""))]


def write_study_page(
    path: Path, study: Study, made: Sequence[Sheet], found: Sequence[Result], outcomes: Sequence[Outcome]
) -> None:
    """Writes the page, whole or not at all; it needs no network and leads to the runs beside it."""
    elements: list[Element] = []
    if failures := _failures(outcomes):
        elements.append(WarningBox("Not in these tables", failures))
    notes = _notes(study, made, outcomes)
    if warnings := _limits(outcomes):
        elements.append(WarningBox("What these welds cannot show", warnings))
    caption = "Of errors and losses the smaller figure is the better one."
    compared = Table(COMPARED, differences_lines(found), caption)
    elements += [Heading("How to read it"), *map(Text, notes), Heading("Comparisons"), compared]
    sections = [Heading(sheet.title) for sheet in made] + [e for e in elements if isinstance(e, Heading)]
    page = render_template("study.html.jinja", study.title, elements, sheets=made, sections=sections,
                           about=about(study, outcomes),
                           anchors=[Heading(sheet.title).anchor for sheet in made])  # fmt: skip
    write_text(path, page)


def about(study: Study, outcomes: Sequence[Outcome]) -> str:
    """The line under the title: folds, test welds, seeds, epochs, data."""
    runs = [outcome.finished.metrics["targets"] for outcome in outcomes if outcome.finished is not None]
    shown = [entry["weld"] for one in runs for name, entry in one.items() if name in (study.targets or one)]
    levels = [level for level in shown if level["figures"]]
    return facts_line([one.facts for one in outcomes if one.facts is not None], levels)


def _limits(outcomes: Sequence[Outcome]) -> list[str]:
    """Warnings of all evaluations, each once."""
    finished = [outcome.finished for outcome in outcomes if outcome.finished is not None]
    return list(dict.fromkeys(str(line) for one in finished for line in one.metrics["warnings"]))


def _published_columns(sheet: Sheet) -> list[str]:
    if not sheet.has_published:
        return []
    return [f"published, {column}" if len(sheet.columns) > 1 else "published" for column in sheet.published]


def _notes(study: Study, made: Sequence[Sheet], outcomes: Sequence[Outcome]) -> list[str]:
    """What stands below the tables, less the failures."""
    scored = differently_scored(outcomes, study.targets)
    alike = one_class_notes(study, outcomes)
    return [*NOTES, *alike, *scored, *_source_note(study, made), *_row_notes(study)]


def _source_note(study: Study, made: Sequence[Sheet]) -> list[str]:
    if not any(sheet.has_published for sheet in made):
        return [f"Source: {study.source}."] if study.source else []
    return [PUBLISHED + (f" From: {study.source}." if study.source else "")]


def _row_notes(study: Study) -> list[str]:
    return [f"{row.name}: {row.note}" for row in study.rows if row.note]


def _failures(outcomes: Sequence[Outcome]) -> list[str]:
    return [
        f"{one.cell.row.name}, {percent(one.cell.fraction)}: {one.failure}"
        for one in outcomes
        if one.finished is None
    ]
