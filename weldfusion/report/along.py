"""What a model said along one weld, beside the truth: probabilities, values, curves, event strips."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from weldfusion.evaluation.events import runs
from weldfusion.report.draw import COLOURS, INK, clipped

TRUTH = "#444d58"
STRIP = 0.14
MOST_STRIPS = 4


def paint_along(ax: Any, rows: pd.DataFrame) -> None:
    """Paints the rows of one weld and target of a prediction frame over time, by the target's kind.

    Where the place on the seam is known for every row, a second axis gives it in mm.
    """
    _PAINT[str(rows["kind"].iloc[0])](ax, rows)
    ax.set_xlabel("time (s)")
    _seam_axis(ax, rows)


def _class_lines(ax: Any, rows: pd.DataFrame) -> None:
    for k, name in enumerate(rows["class"].unique()[: len(COLOURS)]):
        part = rows[rows["class"] == name].sort_values("t0_s")
        ax.plot(_middle(part), part["value"], "o-", markersize=2.5, color=COLOURS[k], label=clipped(name, 18))
    ax.set(ylabel="probability", ylim=(-0.03, 1.03))
    _legend(ax)


def _values(ax: Any, rows: pd.DataFrame) -> None:
    part = rows.sort_values("t0_s")
    middle = _middle(part)
    ax.plot(middle, part["value"], "o-", markersize=2.5, color=COLOURS[0], label="predicted")
    ax.plot(middle, part["truth"], color=TRUTH, linestyle="--", label="truth")
    _band(ax, middle, part)
    ax.set_ylabel("value")
    _legend(ax)


def _curve(ax: Any, rows: pd.DataFrame) -> None:
    part = rows.sort_values("t0_s")
    middle = _middle(part)
    ax.plot(middle, part["truth"], color=TRUTH, linewidth=2.4, alpha=0.55, label="truth")
    ax.plot(middle, part["value"], color=COLOURS[0], linewidth=1.4, label="predicted")
    _band(ax, middle, part)
    ax.set_ylabel(clipped(str(part["target"].iloc[0]), 20))
    _legend(ax)


def _events(ax: Any, rows: pd.DataFrame) -> None:
    """Probability over time; below it, for each class, a strip of the true and one of the called events."""
    ticks, names = [0.0, 0.5, 1.0], ["0", "0.5", "1"]
    ax.axhline(0.5, color="#9aa4b0", linestyle=":", linewidth=1)
    low = -0.04
    for k, name in enumerate(rows["class"].unique()[:MOST_STRIPS]):
        part = rows[rows["class"] == name].sort_values("t0_s")
        edges = part[["t0_s", "t1_s"]].to_numpy(dtype=float)
        ax.plot(_middle(part), part["value"], color=COLOURS[k], linewidth=1.2, label=clipped(name, 18))
        truth, value = part["truth"].to_numpy(dtype=float), part["value"].to_numpy(dtype=float)
        for word, flags, colour in (("true", truth > 0.5, TRUTH), ("called", value >= 0.5, COLOURS[k])):
            low -= STRIP
            bars = [(start, end - start) for start, end in runs(flags, edges)]
            ax.axhspan(low, low + 0.8 * STRIP, color="#eef1f4", linewidth=0)
            ax.broken_barh(bars, (low, 0.8 * STRIP), color=colour, linewidth=0)
            ticks.append(low + 0.4 * STRIP)
            names.append(word if word == "called" or not np.isnan(truth).all() else "true: not known")
    ax.set_yticks(ticks, names)
    ax.tick_params(axis="y", labelsize=7.5)
    ax.set(ylabel="probability", ylim=(low - 0.03, 1.03))
    _legend(ax)


def _middle(rows: pd.DataFrame) -> np.ndarray:
    return (rows["t0_s"].to_numpy(dtype=float) + rows["t1_s"].to_numpy(dtype=float)) / 2


def _band(ax: Any, middle: np.ndarray, part: pd.DataFrame) -> None:
    if part["lower"].notna().any():
        ax.fill_between(middle, part["lower"], part["upper"], color=COLOURS[0], alpha=0.2)


def _legend(ax: Any) -> None:
    ax.legend(fontsize=7.5, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, borderaxespad=0.1)


def _seam_axis(ax: Any, rows: pd.DataFrame) -> None:
    middle, place = _middle(rows), rows["x_mm"].to_numpy(dtype=float)
    if np.isnan(place).any() or np.ptp(middle) == 0 or np.ptp(place) == 0:
        return
    speed, start = np.polyfit(middle, place, 1)
    seam = ax.secondary_xaxis(-0.34, functions=(lambda t: start + speed * t, lambda x: (x - start) / speed))
    seam.set_xlabel("seam (mm)", fontsize=8.5, color=INK, labelpad=1)
    seam.tick_params(labelsize=7.5, pad=1)


_PAINT: Mapping[str, Callable[[Any, pd.DataFrame], None]] = {
    "class": _class_lines,
    "multilabel": _class_lines,
    "real": _values,
    "intervals": _events,
    "curve": _curve,
}
