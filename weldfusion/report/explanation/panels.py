"""The rows of a weld's picture, each painted on axes whose horizontal axis is time in seconds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from weldfusion.explain.explanation import WeldTruth
from weldfusion.report.draw import COLOURS, INK, clipped
from weldfusion.report.explanation.along import Along, over_time
from weldfusion.report.signals import SignalView, envelope

MAP_COLOURS = "PuOr_r"
"""Orange speaks for, violet against: told apart with every common kind of colour blindness."""

GREYS = ("#1b2430", "#7b8794", "#aab4be", "#c6cdd4")
LINES = ("-", "--", ":", "-.")
EVENT_COLOURS = ("#a50f15", "#444d58", "#8c6d31", "#0b5c8a")


@dataclass(frozen=True)
class Panel:
    """A row of a picture: its height in inches and what paints it."""

    height: float
    paint: Callable[[Any], None]


def truth_panel(truth: WeldTruth) -> Panel:
    """What really happened in a simulated weld: events by kind, pores as circles of their size."""
    kinds = sorted(set(truth.event_kind))

    def paint(ax: Any) -> None:
        for row, kind in enumerate(kinds):
            times = truth.event_s[np.array(truth.event_kind) == kind]
            ax.plot(times, np.full(len(times), row), "|", color=_event_colour(row), markersize=9, mew=1.6)
        ax.scatter(
            truth.pore_s, np.full(len(truth.pore_s), len(kinds)), s=truth.pore_um / 4, facecolors="none",
            edgecolors=INK, linewidths=1,
        )  # fmt: skip
        names = [*kinds, "pores left"]
        ax.set_yticks(range(len(names)), names, fontsize=7)
        ax.set_ylim(-0.6, len(names) - 0.4)
        ax.set_title("What happened (simulated truth)", loc="left", fontsize=9)

    return Panel(0.35 + 0.2 * (len(kinds) + 1), paint)


def mark_events(ax: Any, truth: WeldTruth) -> None:
    """Thin lines through a panel where something happened."""
    kinds = sorted(set(truth.event_kind))
    for time, kind in zip(truth.event_s, truth.event_kind, strict=True):
        row = kinds.index(kind)
        style = LINES[row % len(LINES)]
        ax.axvline(time, color=_event_colour(row), linestyle=style, linewidth=0.8, alpha=0.7, zorder=2)


def _event_colour(row: int) -> str:
    return EVENT_COLOURS[row % len(EVENT_COLOURS)]


def prediction_panel(windows: pd.DataFrame, label: str, unit: str) -> Panel:
    """What the model says along the weld; `windows` holds one row per window and class: t0_s, t1_s, class,
    full, truth. The class in question is drawn bold, and shaded where it is true."""
    is_real = label == ""
    classes = [label, *(str(name) for name in windows["class"].unique() if name != label)]

    def paint(ax: Any) -> None:
        for number, name in enumerate(classes[: len(LINES)]):
            part = windows[windows["class"] == name].sort_values("t0_s")
            shown = "predicted" if is_real else clipped(name, 18)
            colour, width = GREYS[number], 1.8 if number == 0 else 1.1
            _steps(ax, part, "full", color=colour, linestyle=LINES[number], linewidth=width, label=shown)
        own = windows[windows["class"] == label].sort_values("t0_s")
        if is_real:
            if own["truth"].notna().any():
                _steps(ax, own, "truth", color=COLOURS[2], linestyle="--", linewidth=1.2, label="truth")
        else:
            _shade_true(ax, own, label)
            ax.set_ylim(-0.03, 1.03)
        ax.set_ylabel(f"value ({unit})" if unit else "value" if is_real else "probability")
        _legend(ax)
        ax.set_title("What the model says", loc="left", fontsize=9)

    return Panel(1.35, paint)


def _shade_true(ax: Any, own: pd.DataFrame, label: str) -> None:
    named = f"truly {clipped(label, 18)}"
    for row in own[own["truth"] >= 0.5].itertuples():
        ax.axvspan(row.t0_s, row.t1_s, color=COLOURS[2], alpha=0.15, linewidth=0, label=named)
        named = "_"


def share_panel(windows: pd.DataFrame, colours: Mapping[str, str], unit: str) -> Panel:
    """Share of each sensor along the weld; `windows` holds one row per window and sensor of one output."""

    def paint(ax: Any) -> None:
        ax.axhline(0, color="#8a94a1", linewidth=0.8)
        for name, colour in colours.items():
            part = windows[windows["modality"] == name].sort_values("t0_s")
            _steps(ax, part, "share", color=colour, linewidth=1.4, label=clipped(name, 18))
        ax.set_ylabel(f"share ({unit})" if unit else "share")
        _legend(ax)
        ax.set_title("Share of each sensor", loc="left", fontsize=9)

    return Panel(1.35, paint)


def _steps(ax: Any, part: pd.DataFrame, column: str, **style: Any) -> None:
    """A line that is level over each window and broken where there is none."""
    t0, t1, value = (part[name].to_numpy(dtype=float) for name in ("t0_s", "t1_s", column))
    overlap = np.any(t0[1:] < t1[:-1] - 1e-9)
    if overlap:
        ax.plot((t0 + t1) / 2, value, **style)
        return
    gap = np.append(t0[1:] > t1[:-1] + 1e-9, False)
    time = np.stack([t0, t1, np.where(gap, t1, np.nan)], axis=1)
    level = np.stack([value, value, np.full(len(value), np.nan)], axis=1)
    keep = np.stack([np.ones_like(gap), np.ones_like(gap), gap], axis=1).astype(bool)
    ax.plot(time[keep], level[keep], **style)


def wave_panel(name: str, view: SignalView, laid: Along | None) -> Panel:
    """A signal over its attribution: the mean over frequency where the map has that axis too."""

    def paint(ax: Any) -> None:
        for c, values in enumerate(np.atleast_2d(view.values)[: len(GREYS)]):
            place, shown = envelope(np.asarray(values, dtype=float))
            time = view.start_s + place / (view.rate or 1.0)
            ax.plot(time, shown, linewidth=0.7, color=GREYS[c], label=clipped(view.channel(c), 18), zorder=3)
        if laid is not None:
            strip(ax, laid)
        ax.set_ylabel(clipped(view.unit if view.unit not in ("", "1") else "value", 12))
        ax.set_title(clipped(name, 40), loc="left", fontsize=9)
        if len(np.atleast_2d(view.values)) > 1:
            _legend(ax)

    return Panel(1.15, paint)


def strip(ax: Any, laid: Along, part: float = 1.0) -> None:
    """Attribution as the colour behind a panel (its lower `part`), and the value of the strongest colour."""
    values = over_time(laid)
    most, levels = strongest(values), ax.get_ylim()
    ax.imshow(
        values[None], extent=(laid.start_s, laid.end_s, 0, part), transform=ax.get_xaxis_transform(),
        aspect="auto", cmap=MAP_COLOURS, vmin=-most, vmax=most, alpha=0.7, zorder=1, interpolation="nearest",
    )  # fmt: skip
    ax.set_ylim(levels)
    tell_scale(ax, most)


def strongest(values: np.ndarray) -> float:
    """Largest size among the known values; 1 where nothing differs from 0."""
    known = np.abs(values[~np.isnan(values)])
    return float(known.max()) if known.size and known.max() > 0 else 1.0


def tell_scale(ax: Any, most: float) -> None:
    """The value that the strongest colour stands for."""
    ax.text(
        1.005,
        0.5,
        f"colour\n± {most:.2g}",
        transform=ax.transAxes,
        fontsize=6.5,
        va="center",
        color="#5b6776",
    )


def _legend(ax: Any) -> None:
    if len(ax.get_legend_handles_labels()[1]):
        ax.legend(fontsize=7, loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=4, borderaxespad=0.1)


def sensor_colours(modalities: Sequence[str]) -> dict[str, str]:
    """The colour that a sensor has on every page."""
    return {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(modalities)}
