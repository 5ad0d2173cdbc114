"""The first page: what the model relies on, how sure that is, and what cannot be said."""

from collections.abc import Mapping, Sequence

from weldfusion.explain.explanation import Explanation
from weldfusion.report.data_summary import mapping_table
from weldfusion.report.elements import Cell, Columns, Element, Heading, Link, Table, Text, WarningBox, short
from weldfusion.report.explanation import words
from weldfusion.report.explanation.pointing import against_truth
from weldfusion.report.explanation.said import said_of, targets_of
from weldfusion.report.explanation.share_plots import reliance_plot
from weldfusion.report.explanation.shares import (
    Mean,
    Output,
    constant_sensors,
    means_of,
    names_of,
    reliance,
    shown_rows,
)
from weldfusion.report.words import OVER_SINGLE_WELDS

MOST_WELDS = 200


def overview(
    explanation: Explanation,
    found: Sequence[Output],
    anchors: Mapping[str, str],
    warnings: Sequence[str],
    about: Mapping[str, str],
) -> list[Element]:
    """Elements of the page; `anchors` maps a weld to its page, `warnings` are those of the run."""
    elements: list[Element] = []
    plots: list[Element] = []
    for target in explanation.targets:
        parts = reliance(explanation, target)
        elements.append(Text(words.relies_on(target, parts), strong=True))
        if dead := words.dead_weight(parts):
            elements.append(Text(dead))
        if alike := words.same_everywhere(target, constant_sensors(explanation, target)):
            elements.append(Text(alike))
        caption = f"{target.name}: part of each sensor in all that the sensors move the prediction."
        plots.append(reliance_plot(target, parts, caption))
    if narrow := [line for line in warnings if line.startswith(OVER_SINGLE_WELDS)]:
        elements.append(WarningBox("The brackets here and in all tables", narrow))
    elements.append(Columns(plots))
    elements += [Heading("For each class" if _has_classes(found) else "For each target", 3)]
    elements += [Text(words.of_output(output)) for output in found]
    elements += [classes_table(found), *against_truth(explanation)]
    elements.append(Heading("How sure is this?", 3))
    elements += [Text(line) for line in words.how_sure(explanation)]
    elements.append(WarningBox("What cannot be said", [*words.cannot_say(explanation), *explanation.notes]))
    if warnings:
        elements.append(WarningBox("What is known to limit this run", list(warnings)))
    elements.append(Heading("How to read it", 3))
    elements += [Text(line) for line in words.READING]
    elements += [Heading("The welds", 3), welds_table(found, anchors)]
    return [*elements, Heading("Where this comes from", 3), mapping_table([about])] if about else elements


def _has_classes(found: Sequence[Output]) -> bool:
    return all(output.label for output in found)


def classes_table(found: Sequence[Output]) -> Table:
    """One row per class or number, with a link to its page; shares of the welds called so."""
    rows: list[list[Cell]] = []
    shown: list[Mean] = []
    for number, (output, name) in enumerate(zip(found, names_of(found), strict=True), 1):
        chosen, _ = shown_rows(output)
        means = means_of(output.share[chosen], output.group[chosen])
        shown += means
        base, full = float(output.base[chosen].mean()), float(output.full[chosen].mean())
        shares = [words.spread(mean) for mean in means]
        named = f"{name} ({output.target.unit})" if output.target.unit else name
        rows.append([Link(named, f"class-{number}"), len(chosen), short(base), *shares, short(full)])
    columns = ["output", "welds", "no sensor", *found[0].modalities, "all sensors"]
    caption = (
        "Mean share of each sensor over the welds that the model calls so (where it calls none: over those "
        "that truly are; numbers and events: all welds)."
    )
    return Table(columns, rows, caption + words.without_brackets(shown))


def welds_table(found: Sequence[Output], anchors: Mapping[str, str]) -> Table:
    """One row per weld: what it is, what the model says, which sensor counted most; links to weld pages."""
    by_target = targets_of(found)
    welds = list(dict.fromkeys(weld for outputs in by_target.values() for weld in outputs[0].weld.tolist()))
    first = [*(w for w in welds if w in anchors), *(w for w in welds if w not in anchors)]
    rows: list[list[Cell]] = []
    for weld in first[:MOST_WELDS]:
        cells: list[Cell] = [Link(weld, anchors[weld]) if weld in anchors else weld]
        for outputs in by_target.values():
            cells += said_of(outputs, weld)
        rows.append(cells)
    columns = ["weld"]
    for name in by_target:
        of = f": {name}" if len(by_target) > 1 else ""
        columns += [f"truth{of}", f"model says{of}", f"strongest sensor{of}"]
    return Table(columns, rows, "Welds with a page of their own come first.", max(0, len(first) - MOST_WELDS))
