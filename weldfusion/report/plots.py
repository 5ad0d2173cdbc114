"""The plots of an evaluation: numbers in, one `Figure` out."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from weldfusion.evaluation.curves import reliability, roc_points
from weldfusion.evaluation.frame import TargetTable
from weldfusion.report.draw import COLOURS, INK, clipped, draw
from weldfusion.report.elements import Figure

MOST_CURVES = len(COLOURS)
MOST_POINTS = 3000
MOST_PANELS = 12


def confusion_plot(matrix: Sequence[Sequence[float]], classes: Sequence[str], caption: str = "") -> Figure:
    """Counts with truth in rows; colour is the share of the row."""
    counts = np.asarray(matrix, dtype=float)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-12)
    size = len(classes)

    def paint(canvas: Any) -> None:
        ax = canvas.subplots()
        ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
        ax.grid(False)
        names = [clipped(name, 18) for name in classes]
        ax.set_xticks(range(size), names, rotation=35, ha="right")
        ax.set_yticks(range(size), names)
        ax.set(xlabel="called", ylabel="truth")
        if size <= 15:
            for i, j in np.ndindex(size, size):
                if counts[i, j]:
                    colour = "white" if share[i, j] > 0.55 else INK
                    ax.text(j, i, f"{counts[i, j]:.3g}", ha="center", va="center", color=colour)

    side = min(7.0, 2.2 + 0.55 * size)
    return draw((side + 0.6, side), paint, "confusion matrix, truth in rows", caption)


def roc_plot(table: TargetTable, labels: Mapping[str, str], caption: str = "") -> Figure:
    """One curve a class against the rest; `labels` maps a class to what the legend says of it."""

    def paint(canvas: Any) -> None:
        ax = canvas.subplots()
        ax.plot([0, 1], [0, 1], color="#9aa4b0", linestyle=":", linewidth=1)
        for k, name in enumerate(table.classes[:MOST_CURVES]):
            fpr, tpr = roc_points(table.truth[:, k] > 0.5, table.value[:, k])
            if len(fpr):
                ax.plot(fpr, tpr, color=COLOURS[k], label=f"{clipped(name, 18)}: {labels[name]}")
        ax.set(
            xlabel="false positive rate", ylabel="true positive rate", xlim=(-0.01, 1.01), ylim=(-0.01, 1.01)
        )
        if ax.get_legend_handles_labels()[1]:
            ax.legend(loc="lower right", fontsize=8.5)

    return draw((4.4, 3.9), paint, "ROC curves, each class against the rest", caption)


def reliability_plot(table: TargetTable, caption: str = "") -> Figure:
    """Share of right calls against confidence, and how many rows each bin holds."""
    if table.kind == "class":
        confidence = table.value.max(axis=1)
        right = table.value.argmax(axis=1) == table.truth.argmax(axis=1)
    else:
        confidence = np.maximum(table.value, 1 - table.value).ravel()
        right = ((table.value >= 0.5) == (table.truth > 0.5)).ravel()
    bins = reliability(confidence, right)

    def paint(canvas: Any) -> None:
        ax, low = canvas.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        ax.plot([0, 1], [0, 1], color="#9aa4b0", linestyle=":", linewidth=1)
        ax.plot(bins.confidence, bins.right, "o-", color=COLOURS[0], markersize=4)
        ax.set(ylabel="share right", xlim=(0, 1.02), ylim=(0, 1.02))
        low.bar(bins.confidence, bins.rows, width=0.05, color=COLOURS[0], alpha=0.6)
        low.set(xlabel="confidence of the call", ylabel="rows")

    return draw((4.4, 3.9), paint, "reliability of the confidences", caption)


def scatter_plot(table: TargetTable, unit: str = "", caption: str = "") -> Figure:
    """Predicted against true value; where given, bars from lower to upper."""
    rows = np.arange(len(table))
    if len(rows) > MOST_POINTS:
        rows = np.unique(np.linspace(0, len(rows) - 1, MOST_POINTS).astype(int))
    truth, value = table.truth[rows, 0], table.value[rows, 0]
    bars = np.abs(np.stack([value - table.lower[rows, 0], table.upper[rows, 0] - value]))
    unit = f" ({unit})" if unit else ""

    def paint(canvas: Any) -> None:
        ax = canvas.subplots()
        ends = [min(truth.min(), value.min()), max(truth.max(), value.max())]
        ax.plot(ends, ends, color="#9aa4b0", linestyle=":", linewidth=1)
        if not np.isnan(bars).all():
            ax.errorbar(truth, value, yerr=np.nan_to_num(bars), fmt="none", ecolor="#b8cfe0", linewidth=0.7)
        ax.scatter(truth, value, s=9, color=COLOURS[0], alpha=0.6, linewidths=0)
        ax.set(xlabel=f"truth{unit}", ylabel=f"predicted{unit}")

    return draw((4.4, 3.9), paint, "predicted against true value", caption)


def learning_curves_plot(histories: Mapping[str, pd.DataFrame], caption: str = "") -> Figure:
    """One panel a training (at most 12), every column with `loss` in its name over the epochs.

    `histories` maps fold and seed to the rows of `metrics.csv` with a column `epoch`.
    """
    shown = list(histories.items())[:MOST_PANELS]
    wide = min(3, len(shown))
    tall = math.ceil(len(shown) / wide)
    losses = sorted({str(c) for _, table in shown for c in table.columns if "loss" in str(c)}, reverse=True)

    def paint(canvas: Any) -> None:
        axes = canvas.subplots(tall, wide, squeeze=False, sharex=True, sharey=True).ravel()
        for ax, (name, table) in zip(axes, shown, strict=False):
            for k, column in enumerate(losses[:MOST_CURVES]):
                if column in table.columns:
                    part = table[["epoch", column]].dropna()
                    style = "-" if len(part) > 1 else "o"
                    ax.plot(part["epoch"], part[column], style, color=COLOURS[k], label=column)
            ax.set_title(clipped(name, 30))
        for ax in axes[len(shown) :]:
            ax.set_visible(False)
        for ax in axes[max(0, len(shown) - wide) : len(shown)]:
            ax.set_xlabel("epoch")
            ax.tick_params(labelbottom=True)
        axes[0].set_ylabel("loss")
        if losses:
            axes[0].legend(fontsize=8)

    return draw((max(5.2, 3.3 * wide), 2.3 * tall + 0.6), paint, "learning curves", caption)
