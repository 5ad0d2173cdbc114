"""The page of one class (or number): shares over welds, which welds are typical, which are not."""

from collections.abc import Mapping

import numpy as np

from weldfusion.report.elements import Cell, Columns, Element, Heading, Link, Table, Text, short
from weldfusion.report.explanation import words
from weldfusion.report.explanation.share_plots import dots_plot, way_plot
from weldfusion.report.explanation.shares import Output, by_typicality, means_of, shown_rows

LISTED = 6
NOTE = "Where a sensor is absent its share is exactly 0."


def class_page(output: Output, anchors: Mapping[str, str]) -> list[Element]:
    """Elements of the page; `anchors` maps a weld to its page."""
    elements: list[Element] = [Text(words.of_output(output), strong=True)]
    if output.can_be_called:
        elements.append(Text(words.right_calls(output)))
    way = way_plot(output, "From what the model says without any sensor to what it says with all of them.")
    dots = dots_plot(output, "One mark per weld: the share of each sensor in it.")
    elements += [Columns([way, dots]), shares_table(output), Heading("Typical welds", 3)]
    chosen, _ = shown_rows(output)
    order = chosen[by_typicality(output.share[chosen])]
    elements.append(
        Text(
            "Typical is a weld whose shares are nearest to the middle (median) of the welds of this page; "
            "the last ones are explained otherwise than the rest and worth a look."
        )
    )
    elements.append(_welds(output, order[:LISTED], anchors, "The most typical welds"))
    if len(order) > LISTED:
        unusual = order[::-1][: min(LISTED, len(order) - LISTED)]
        elements.append(_welds(output, unusual, anchors, "The least typical welds"))
    wrong = np.flatnonzero(output.called & (output.truth < 0.5))
    if output.can_be_called and len(wrong):
        wrong = wrong[np.argsort(-output.full[wrong], kind="stable")]
        elements += [Heading("Called so wrongly", 3), _welds(output, wrong[:LISTED], anchors, "Surest first")]
    return elements


def shares_table(output: Output) -> Table:
    """One row per sensor: mean share in the welds called so and in the others, how often it speaks for."""
    if not output.can_be_called:
        return _sizes_table(output)
    chosen, about = shown_rows(output)
    rest = np.setdiff1d(np.arange(len(output)), chosen)
    ours = means_of(output.share[chosen], output.group[chosen])
    others = means_of(output.share[rest], output.group[rest])
    rows: list[list[Cell]] = []
    for k, name in enumerate(output.modalities):
        here = output.present[chosen, k]
        speaks = f"{int((output.share[chosen, k] > 0).sum())} of {int(here.sum())}"
        away = words.spread(others[k]) if len(rest) else "–"
        rows.append([name, words.spread(ours[k]), speaks, away])
    so = {"the model calls": "called so", "truly": "truly so", "all": "all"}[about]
    columns = [
        "sensor",
        f"mean share, {len(chosen)} welds {so}",
        "speaks for it in",
        f"{len(rest)} other welds",
    ]
    return Table(columns, rows, NOTE + words.without_brackets([*ours, *others]))


def _sizes_table(output: Output) -> Table:
    unit = output.target.unit
    sizes = means_of(np.abs(output.share), output.group)
    means = means_of(output.share, output.group)
    rows: list[list[Cell]] = [
        [name, words.spread(size).lstrip("+"), words.spread(mean), int(output.present[:, k].sum())]
        for k, (name, size, mean) in enumerate(zip(output.modalities, sizes, means, strict=True))
    ]
    of = f" ({unit})" if unit else ""
    columns = ["sensor", f"mean size of the share{of}", f"mean share{of}", "welds that have it"]
    told = words.without_brackets([*sizes, *means])
    return Table(columns, rows, f"Size: how far a sensor moves the value, up or down. {NOTE}{told}")


def _welds(output: Output, rows: np.ndarray, anchors: Mapping[str, str], caption: str) -> Table:
    cells: list[list[Cell]] = []
    for row in rows:
        weld = str(output.weld[row])
        truth = float(output.truth[row])
        shares = [words.signed(float(share)) for share in output.share[row]]
        shown = Link(weld, anchors[weld]) if weld in anchors else weld
        cells.append([shown, short(truth), short(float(output.full[row])), *shares])
    unit = f" ({output.target.unit})" if output.target.unit else ""
    true = "truly so (part of the weld)" if output.is_probability else f"truth{unit}"
    says = "probability" if output.is_probability else f"predicted{unit}"
    return Table(["weld", true, says, *output.modalities], cells, caption)
