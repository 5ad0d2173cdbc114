"""The page of `weldfusion data summary`: tables of the data set, one plotted weld a class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from weldfusion.data.finding import Finding
from weldfusion.data.similar import line, similar
from weldfusion.report.elements import Element, Heading, Table, Text, WarningBox, short
from weldfusion.report.signals import SignalView, weld_plot

SummaryTable = Sequence[Mapping[str, object]]
MOST_ROWS = 200
MOST_EXAMPLES = 30


@dataclass(frozen=True)
class Example:
    """One weld to show: `label` is its class (or value), `signals` what each sensor recorded."""

    label: str
    weld: str
    signals: Mapping[str, SignalView]


def data_summary_report(
    summary: Mapping[str, SummaryTable],
    examples: Sequence[Example],
    findings: Sequence[Finding] = (),
) -> list[Element]:
    """Elements of the page; `summary` is what `data.summary.summarise` gives, each table a list of rows.

    At most 30 examples are drawn, so that the page stays small.
    """
    elements: list[Element] = findings_box(findings)
    elements += summary_elements(summary)
    if examples:
        elements.append(Heading("Examples"))
        if len(examples) > MOST_EXAMPLES:
            elements.append(Text(f"{MOST_EXAMPLES} of {len(examples)} examples are shown."))
    for example in examples[:MOST_EXAMPLES]:
        elements += example_elements(example)
    return elements


def findings_box(findings: Sequence[Finding]) -> list[Element]:
    """Errors, then warnings, of the data check; nothing when there are none."""
    boxes: list[Element] = []
    for level, title in (
        ("error", "Errors found by the data check"),
        ("warning", "Warnings of the data check"),
    ):
        groups = similar([finding for finding in findings if finding.level == level])
        lines = [line(group).removeprefix(f"{level}: ") for group in groups]
        more = [f"and {len(lines) - 30} more: see `weldfusion data check`"] if len(lines) > 30 else []
        if lines:
            boxes.append(WarningBox(title, lines[:30] + more))
    return boxes


def summary_elements(summary: Mapping[str, SummaryTable]) -> list[Element]:
    """One section a table; columns are the keys of its rows."""
    elements: list[Element] = []
    for name, rows in summary.items():
        if rows:
            elements += [Heading(name.capitalize()), mapping_table(rows)]
    return elements


def mapping_table(rows: SummaryTable, caption: str = "") -> Table:
    """Rows of mappings as a table; columns that are empty throughout are left out."""
    names = list(dict.fromkeys(key for row in rows for key in row))
    names = [name for name in names if any(row.get(name) not in ("", None) for row in rows)]
    cells = [[_cell(row.get(name)) for name in names] for row in rows[:MOST_ROWS]]
    return Table(names, cells, caption, left_out=max(0, len(rows) - MOST_ROWS))


def _cell(value: object) -> str | int | float | None:
    return value if value is None or isinstance(value, str | int | float) else str(value)


def example_elements(example: Example) -> list[Element]:
    """Heading, plot and settings of one weld."""
    elements: list[Element] = [Heading(f"{example.label}: {example.weld}", 3)]
    plot = weld_plot(example.signals, None, f"signals of weld {example.weld}, {example.label}")
    if plot is not None:
        elements.append(plot)
    for name, view in example.signals.items():
        if view.kind == "table":
            pairs = [(view.channel(i), short(float(v))) for i, v in enumerate(view.values.ravel())]
            elements.append(Table([label for label, _ in pairs], [[text for _, text in pairs]], name))
    if len(elements) == 1:
        elements.append(Text("No recording of this weld can be drawn."))
    return elements
