"""To what one sensor listened in another: weights over two axes, of time in seconds or of channels."""

from typing import Any

import numpy as np

from weldfusion.explain.explanation import AttentionMap, Axis
from weldfusion.report.draw import clipped, draw
from weldfusion.report.elements import Figure
from weldfusion.report.explanation.along import Along, along, edges, known_mean
from weldfusion.report.explanation.panels import Panel


def times_even(one: AttentionMap) -> np.ndarray:
    """Weights as multiples of listening to every moment (or channel) alike, which is 1."""
    usable = np.isfinite(one.weights).any(axis=(0, 1))
    timed = one.key_axis.name == "time"
    width = np.diff(edges(one.key_axis.centres)) if timed else np.ones(len(one.key_axis.centres))
    even = width * usable / max(float((width * usable).sum()), 1e-12)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(one.weights / np.where(even > 0, even, np.nan))


def listened_panel(one: AttentionMap) -> Panel:
    """Along the weld: how much each moment of the other sensor is listened to (mean over all queries)."""
    laid = heard_along(one)

    def paint(ax: Any) -> None:
        borders = np.linspace(laid.start_s, laid.end_s, len(laid.values) + 1)
        ax.stairs(laid.values, borders, color="#6b4c9a", linewidth=1.1)
        ax.axhline(1, color="#8a94a1", linewidth=0.8, linestyle=":")
        ax.set_ylabel("× even")
        title = f"Moments of {clipped(one.key, 20)} to which {clipped(one.listener, 20)} listens"
        ax.set_title(title, loc="left", fontsize=9)

    return Panel(0.95, paint)


def heard_along(one: AttentionMap) -> Along:
    """Mean over the queries of `times_even`, laid along the weld."""
    return along(one.start_s, one.key_axis, known_mean(times_even(one), axis=1))


def attention_figure(one: AttentionMap, chosen: int, alt: str) -> Figure:
    """Two matrices: the mean over all windows, on the time within a window, and one window (its place in
    `one.window`) on the weld's own time."""
    values = times_even(one)
    shown = [
        (known_mean(values, axis=0), 0.0, "window", "mean of all windows"),
        (values[chosen], float(one.start_s[chosen]), "weld", f"window {one.window[chosen]} alone"),
    ]
    most = float(np.nanmax([np.nanmax(v, initial=1.0) for v, *_ in shown]))

    def paint(canvas: Any) -> None:
        axes = canvas.subplots(1, 2)
        for ax, (matrix, start, of, title) in zip(axes, shown, strict=True):
            x, y = (
                edges(axis.centres) + start * (axis.name == "time") for axis in (one.key_axis, one.query_axis)
            )
            mesh = ax.pcolormesh(x, y, matrix, cmap="Purples", vmin=0, vmax=most, rasterized=True)
            ax.grid(False)
            ax.set_xlabel(f"{clipped(one.key, 20)}: {_words(one.key_axis, of)}", fontsize=8)
            ax.set_ylabel(f"{clipped(one.query, 20)}: {_words(one.query_axis, of)}", fontsize=8)
            ax.set_title(title, loc="left", fontsize=9)
        canvas.colorbar(mesh, ax=axes, label="times even", shrink=0.85)

    return draw((7.4, 3.1), paint, alt, alt)


def _words(axis: Axis, of: str) -> str:
    if axis.name == "time":
        return f"time in the {of} (s)"
    return f"{axis.name} ({axis.unit})" if axis.unit else axis.name
