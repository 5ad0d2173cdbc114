"""Pictures of shares: parts of all movement, the way from start to prediction, one dot per weld."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from weldfusion.explain.explanation import TargetInfo
from weldfusion.report.draw import COLOURS, clipped, draw
from weldfusion.report.elements import Figure
from weldfusion.report.explanation.panels import sensor_colours
from weldfusion.report.explanation.shares import Mean, Output, means_of, shown_rows

MOST_DOTS = 600


def reliance_plot(target: TargetInfo, parts: Mapping[str, Mean], caption: str) -> Figure:
    """Bars of the parts of all movement in percent with their intervals, strongest on top."""
    colours = sensor_colours(sorted(parts))

    def paint(canvas: Any) -> None:
        ax = canvas.subplots()
        for row, (name, part) in enumerate(parts.items()):
            ax.barh(row, 100 * part.value, color=colours[name], height=0.62)
            _whisker(ax, row, part, 100)
        ax.set_yticks(range(len(parts)), [clipped(name, 20) for name in parts])
        ax.invert_yaxis()
        ax.set(xlabel="part of all that the sensors move (%)", xlim=(0, None))
        ax.grid(axis="y", visible=False)

    return draw((4.6, 0.9 + 0.36 * len(parts)), paint, f"{target.name}: parts of the sensors", caption)


def _whisker(ax: Any, row: float, mean: Mean, times: float = 1.0, start: float = 0.0) -> None:
    if mean.interval.lower is not None and mean.interval.upper is not None:
        ends = [times * (start + mean.interval.lower), times * (start + mean.interval.upper)]
        ax.plot(ends, [row, row], color="#1b2430", linewidth=1.3, marker="|", markersize=6)


def way_plot(output: Output, caption: str) -> Figure:
    """From the starting point to the prediction: one step per sensor, mean over the welds of the page."""
    rows, _ = shown_rows(output)
    means = means_of(output.share[rows], output.group[rows])
    order = sorted(range(len(means)), key=lambda k: -abs(means[k].value))
    colours = sensor_colours(output.modalities)
    base, full = float(output.base[rows].mean()), float(output.full[rows].mean())
    starts = base + np.concatenate([[0], np.cumsum([means[k].value for k in order])[:-1]])

    def paint(canvas: Any) -> None:
        ax = canvas.subplots()
        for row, (k, start) in enumerate(zip(order, starts, strict=True), 1):
            ax.barh(row, means[k].value, left=start, color=colours[output.modalities[k]], height=0.62)
            _whisker(ax, row, means[k], start=start)
        last = len(order) + 1
        ax.plot([base, base], [-0.4, last + 0.4], color="#8a94a1", linewidth=0.9, linestyle=":")
        ax.plot([full, full], [0.6, last + 0.4], color="#8a94a1", linewidth=0.9, linestyle=":")
        ax.plot(base, 0, "D", color="#8a94a1")
        ax.plot(full, last, "D", color="#1b2430")
        names = ["no sensor", *(clipped(output.modalities[k], 20) for k in order), "all sensors"]
        ax.set_yticks(range(last + 1), names)
        ax.invert_yaxis()
        unit = f" ({output.target.unit})" if output.target.unit else ""
        ax.set_xlabel("probability" if output.is_probability else f"value{unit}")
        ax.margins(x=0.06)
        ax.use_sticky_edges = False
        ax.grid(axis="y", visible=False)

    return draw((4.9, 1.2 + 0.34 * len(order)), paint, f"{output.name}: from no sensor to all", caption)


def dots_plot(output: Output, caption: str) -> Figure:
    """One dot per weld and sensor; colour tells whether the weld is called so, and rightly."""
    rows = np.arange(len(output))
    if len(rows) > MOST_DOTS:
        rows = np.unique(np.linspace(0, len(rows) - 1, MOST_DOTS).astype(int))
    kinds = _kinds(output, rows)
    shift = 0.26 * np.sin(2.4 * np.arange(len(rows)))

    def paint(canvas: Any) -> None:
        ax = canvas.subplots()
        ax.axvline(0, color="#8a94a1", linewidth=0.9)
        for label, (mask, colour, marker) in kinds.items():
            for k in range(len(output.modalities)):
                ax.plot(
                    output.share[rows[mask], k], k + shift[mask], marker, color=colour, alpha=0.7,
                    markersize=3.6, markeredgewidth=0.8, fillstyle="none" if marker == "o" else "full",
                    label=label if k == 0 else "_",
                )  # fmt: skip
        ax.set_yticks(range(len(output.modalities)), [clipped(name, 20) for name in output.modalities])
        ax.invert_yaxis()
        unit = f" ({output.target.unit})" if output.target.unit else ""
        ax.set_xlabel("share (probability)" if output.is_probability else f"share{unit}")
        ax.grid(axis="y", visible=False)
        if len(kinds) > 1:
            ax.legend(fontsize=7.5, ncols=2, loc="lower right", bbox_to_anchor=(1.0, 1.0))

    return draw(
        (4.9, 1.3 + 0.42 * len(output.modalities)), paint, f"{output.name}: share in each weld", caption
    )


def _kinds(output: Output, rows: np.ndarray) -> dict[str, tuple[np.ndarray, str, str]]:
    """Groups of welds to tell apart: legend → mask over `rows`, colour, marker."""
    if not output.can_be_called:
        return {"weld": (np.ones(len(rows), dtype=bool), COLOURS[0], "o")}
    called, truth = output.called[rows], output.truth[rows]
    known = ~np.isnan(truth)
    found = {
        "called so, rightly": (called & known & (truth >= 0.5), COLOURS[2], "s"),
        "called so, wrongly": (called & known & (truth < 0.5), COLOURS[1], "X"),
        "called so": (called & ~known, COLOURS[0], "s"),
        "called otherwise": (~called, "#8a94a1", "o"),
    }
    return {label: value for label, value in found.items() if value[0].any()}
