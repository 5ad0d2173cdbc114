"""One weld drawn: what the model said along it, and what the sensors recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from weldfusion.evaluation.minus import minus
from weldfusion.report.along import paint_along
from weldfusion.report.draw import COLOURS, clipped, draw
from weldfusion.report.elements import Figure

MOST_POINTS = 700
MOST_BANDS = 128
MOST_IMAGES = 5
IMAGE_SIDE = 180


@dataclass(frozen=True)
class SignalView:
    """What one sensor recorded of one weld, to be drawn.

    `values` is (C, L) for a waveform at `rate` Hz from `start_s` on the weld's clock, (C, L) for a spectrum
    at C `wavelengths` in nm, (C,) for a table, and (S, H, W) or (S, H, W, 3) for S images (any range; uint8
    is shown as it is), of which frames have `times` in seconds.
    """

    kind: Literal["waveform", "spectrum", "table", "image"]
    values: np.ndarray
    rate: float | None = None
    unit: str = ""
    channels: Sequence[str] = ()
    start_s: float = 0.0
    wavelengths: Sequence[float] = ()
    times: Sequence[float] = ()

    def channel(self, index: int) -> str:
        return self.channels[index] if index < len(self.channels) else f"channel {index}"


def envelope(values: np.ndarray, most: int = MOST_POINTS) -> tuple[np.ndarray, np.ndarray]:
    """Sample numbers and values of at most `most` points that keep every peak: least and greatest of
    each stretch.

    >>> place, shown = envelope(np.array([0.0, 5, 0, 0, -3, 0]), most=4)
    >>> shown.max(), shown.min()
    (np.float64(5.0), np.float64(-3.0))
    """
    if len(values) <= most:
        return np.arange(len(values)), values
    starts = np.unique(np.linspace(0, len(values), most // 2 + 1).astype(int))[:-1]
    filled = np.where(np.isnan(values), np.nanmean(values) if not np.isnan(values).all() else 0.0, values)
    low, high = np.minimum.reduceat(filled, starts), np.maximum.reduceat(filled, starts)
    return np.repeat(starts, 2), np.stack([low, high], axis=1).ravel()


def weld_plot(
    signals: Mapping[str, SignalView], windows: pd.DataFrame | None, alt: str, caption: str = ""
) -> Figure | None:
    """Predictions along the weld (if it has several windows or steps) above its signals and images.

    `windows` holds the rows of this weld, one target and one seed of the per-window prediction frame; of
    a dense target those of the per-weld frame, which has its steps joined.
    None where there is nothing to draw.
    """
    along = windows if windows is not None and windows["t0_s"].nunique() > 1 else None
    waves = [(name, view) for name, view in signals.items() if view.kind in ("waveform", "spectrum")]
    images = [(name, view) for name, view in signals.items() if view.kind == "image" and len(view.values)]
    heights = [2.0] * (along is not None) + [1.0] * len(waves) + [1.1] * len(images)
    if not heights:
        return None

    def paint(canvas: Any) -> None:
        ends = _time_ends(waves, along)
        parts = canvas.subfigures(len(heights), 1, height_ratios=heights, squeeze=False).ravel()
        used = 0
        if along is not None:
            paint_along(parts[0].subplots(), along)
            parts[0].axes[0].set_xlim(ends)
            used = 1
        for part, (name, view) in zip(parts[used:], waves, strict=False):
            (_paint_spectrum if view.kind == "spectrum" else _paint_wave)(part.subplots(), name, view)
            if view.rate:
                part.axes[0].set_xlim(ends)
        for part, (name, view) in zip(parts[used + len(waves) :], images, strict=True):
            _paint_images(part, name, view)

    return draw((7.4, 1.35 * sum(heights) + 0.3), paint, alt, caption)


def _time_ends(waves: Sequence[tuple[str, SignalView]], along: pd.DataFrame | None) -> tuple[float, float]:
    """First and last second of all that is drawn over time."""
    spans = [(v.start_s, v.start_s + v.values.shape[-1] / v.rate) for _, v in waves if v.rate]
    if along is not None:
        spans.append((float(along["t0_s"].min()), float(along["t1_s"].max())))
    return min((a for a, _ in spans), default=0.0), max((b for _, b in spans), default=1.0)


def _paint_wave(ax: Any, name: str, view: SignalView) -> None:
    for c, values in enumerate(np.atleast_2d(view.values)[: len(COLOURS)]):
        place, shown = envelope(np.asarray(values, dtype=float))
        time = view.start_s + place / (view.rate or 1.0)
        ax.plot(time, shown, linewidth=0.9, color=COLOURS[c], label=clipped(view.channel(c), 18))
    unit = f" ({view.unit})" if view.unit else ""
    ax.set(ylabel=clipped(name + unit, 20), xlabel="time (s)" if view.rate else "sample")
    if len(view.values) > 1 or view.channels:
        ax.legend(fontsize=7.5, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, borderaxespad=0.1)


def spectrum_picture(values: np.ndarray, wide: int = MOST_POINTS, high: int = MOST_BANDS) -> np.ndarray:
    """Means of a spectrum sequence (C, L) over equal blocks, at most `high` by `wide`; NaN is left out.

    >>> spectrum_picture(np.arange(8.0).reshape(2, 4), wide=2)
    array([[0.5, 2.5], [4.5, 6.5]])
    """
    for axis, most in ((0, high), (1, wide)):
        if values.shape[axis] > most:
            starts = np.linspace(0, values.shape[axis], most + 1).astype(int)[:-1]
            known = np.isfinite(values)
            total = np.add.reduceat(np.where(known, values, 0.0), starts, axis=axis)
            count = np.add.reduceat(known.astype(float), starts, axis=axis)
            values = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return values


def _paint_spectrum(ax: Any, name: str, view: SignalView) -> None:
    """Wavelength over time; brightness from the 1st to the 99th hundredth, so that lines are seen."""
    shown = spectrum_picture(np.asarray(view.values, dtype=float))
    time = view.start_s + np.linspace(0, view.values.shape[1] / (view.rate or 1.0), shown.shape[1] + 1)
    nm = np.asarray(view.wavelengths or np.arange(len(view.values)), dtype=float)
    steps = np.diff(nm) if len(nm) > 1 else np.ones(1)
    edges = np.concatenate(
        [[nm[0] - steps[0] / 2], nm[:-1] + steps[: len(nm) - 1] / 2, [nm[-1] + steps[-1] / 2]]
    )
    edges = edges[np.linspace(0, len(nm), len(shown) + 1).astype(int)]
    known = shown[np.isfinite(shown)]
    low, high = np.percentile(known, (1, 99)) if len(known) else (0.0, 1.0)
    ax.pcolormesh(time, edges, shown, vmin=low, vmax=high, cmap="viridis", rasterized=True)
    ax.set_title(
        minus(f"dark to bright: {low:.3g} to {high:.3g} ") + clipped(view.unit, 12), loc="right", fontsize=7.5
    )
    ax.grid(False)
    ax.set(ylabel=clipped(f"{name} (nm)", 20), xlabel="time (s)" if view.rate else "sample")


def _paint_images(part: Any, name: str, view: SignalView) -> None:
    shown = view.values[:MOST_IMAGES]
    axes = part.subplots(1, MOST_IMAGES, squeeze=False)[0]
    deep = len(shown) > 0 and shown.dtype != np.uint8
    limits = {"vmin": np.nanmin(shown), "vmax": np.nanmax(shown)} if deep and shown.ndim == 3 else {}
    for ax in axes:
        ax.set_axis_off()
    for ax, image in zip(axes, shown, strict=False):
        step = max(1, max(image.shape[:2]) // IMAGE_SIDE)
        small = np.asarray(image)[::step, ::step]
        if small.ndim == 3 and small.dtype != np.uint8:
            spread = float(np.ptp(small)) or 1.0
            small = (small - small.min()) / spread
        ax.imshow(small, cmap="gray", **limits)
    for ax, time in zip(axes, view.times[:MOST_IMAGES], strict=False):
        ax.text(0.0, -0.04, minus(f"{time:.3g} s"), transform=ax.transAxes, va="top", fontsize=7.5)
    more = f", {len(shown)} of {len(view.values)}" if len(view.values) > len(shown) else ""
    if view.unit:
        more += f" ({view.unit}: " + minus(f"{np.nanmin(shown):.4g} to {np.nanmax(shown):.4g})")
    axes[0].set_title(clipped(name, 24) + more, loc="left", fontsize=9)
