"""Pictures with their attribution: frames at their time, photos side by side, columns of a table as bars."""

from typing import Any

import numpy as np

from weldfusion.explain.explanation import AttributionMap
from weldfusion.report.draw import COLOURS, clipped, draw
from weldfusion.report.elements import Figure
from weldfusion.report.explanation.along import known_mean, map_along
from weldfusion.report.explanation.panels import MAP_COLOURS, Panel, strongest, tell_scale
from weldfusion.report.signals import IMAGE_SIDE, MOST_IMAGES, SignalView

MOST_FRAMES = 6


def frame_panel(name: str, view: SignalView, one: AttributionMap | None) -> Panel:
    """Frames of a sequence at their times, their attribution over them."""
    shown = list(zip(view.values, view.times, strict=True))[:MOST_FRAMES]
    laid = map_along(one) if one is not None else None
    most = strongest(laid.values) if laid is not None else 1.0

    def paint(ax: Any) -> None:
        ax.grid(False)
        ax.set_yticks([])
        start, end = ax.get_xlim()
        width = (end - start) / (MOST_FRAMES + 0.5)
        for image, time in shown:
            left = float(np.clip(time - width / 2, start, end - width))
            inset = ax.inset_axes((left, 0.02, width * 0.94, 0.92), transform=ax.get_xaxis_transform())
            inset.set_axis_off()
            over = None
            if laid is not None and laid.start_s <= time < laid.end_s:
                bins = laid.values.shape[-1]
                over = laid.values[..., int((time - laid.start_s) / (laid.end_s - laid.start_s) * bins)]
            _paint_picture(inset, image, over, most)
            ax.plot(
                [time, time], [0, 0.04], transform=ax.get_xaxis_transform(), color="#5b6776", linewidth=1.2
            )
        ax.set_title(f"{clipped(name, 30)}: frames at their time", loc="left", fontsize=9)
        if laid is not None:
            tell_scale(ax, most)

    return Panel(1.3, paint)


def photos_figure(name: str, view: SignalView, one: AttributionMap | None, alt: str) -> Figure:
    """Photos that belong to the whole weld, each plain above and with its attribution below."""
    over = known_mean(one.values, axis=0) if one is not None else None
    shown = view.values[:MOST_IMAGES]
    most = strongest(over) if over is not None else 1.0
    wide = max(3, len(shown))

    def paint(canvas: Any) -> None:
        axes = canvas.subplots(1 if over is None else 2, wide, squeeze=False)
        for ax in axes.ravel():
            ax.set_axis_off()
        for number, photo in enumerate(shown):
            _paint_picture(axes[0, number], photo, None, most)
            if over is not None:
                own = over[number] if over.ndim == 3 else over
                _paint_picture(axes[1, number], photo, own, most)
        scale = f"  (colour ± {most:.2g})" if over is not None else ""
        axes[0, 0].set_title(clipped(name, 30) + scale, loc="left", fontsize=9)

    return draw((1.5 * wide, 1.5 if over is None else 2.6), paint, alt, alt)


def _paint_picture(ax: Any, image: np.ndarray, over: np.ndarray | None, most: float) -> None:
    """An image, and over it (rows, columns) of attribution, spread over the whole picture."""
    step = max(1, max(image.shape[:2]) // IMAGE_SIDE)
    small = np.asarray(image)[::step, ::step]
    if small.dtype != np.uint8:
        small = small.astype(float)
        low, high = np.nanmin(small), np.nanmax(small)
        small = (small - low) / ((high - low) or 1.0)
    extent = (0, small.shape[1], small.shape[0], 0)
    ax.imshow(small, cmap="gray", extent=extent)
    if over is None or np.isnan(over).all():
        return
    filled = np.nan_to_num(over)
    alpha = np.clip(0.75 * np.sqrt(np.abs(filled) / most), 0, 1)
    ax.imshow(
        filled, cmap=MAP_COLOURS, vmin=-most, vmax=most, alpha=alpha, extent=extent, interpolation="bilinear"
    )


def table_figure(name: str, view: SignalView, one: AttributionMap, alt: str) -> Figure:
    """What each column of a table adds, mean over the windows, as bars."""
    values = known_mean(one.values, axis=0)
    names = [clipped(view.channel(c), 22) for c in range(len(values))]

    def paint(canvas: Any) -> None:
        ax = canvas.subplots()
        colours = [COLOURS[4] if value > 0 else COLOURS[6] for value in values]
        ax.barh(range(len(values)), values, color=colours)
        ax.axvline(0, color="#8a94a1", linewidth=0.8)
        ax.set_yticks(range(len(values)), names)
        ax.invert_yaxis()
        ax.set_title(clipped(name, 40), loc="left", fontsize=9)
        ax.set_xlabel("attribution")

    return draw((5.2, 0.9 + 0.3 * len(values)), paint, alt, alt)
