"""Frames drawn: with the outline over them above measures over time, and before and after enhancement."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from weldfusion.evaluation.minus import minus
from weldfusion.report.draw import COLOURS, clipped
from weldfusion.report.drawing import Drawing
from weldfusion.report.signals import MOST_POINTS
from weldfusion.report.step_pictures import shown

WIDE = 7.4


def series_plot(
    frames: Mapping[float, np.ndarray],
    times: np.ndarray,
    series: Mapping[tuple[str, str], np.ndarray],
    timed: bool,
) -> Drawing:
    """Frames (height, width) or (height, width, 3) by their time, and under them each of `series`, name and
    unit to (frames,); where it is NaN the line is broken. `timed`: times are seconds, else numbers of frames.
    """
    height, width = next(iter(frames.values())).shape[:2]
    tall = min(2.0, WIDE / len(frames) * height / width + 0.35)

    def paint(canvas: Any) -> None:
        top, below = canvas.subfigures(2, 1, height_ratios=(tall, 0.95 * len(series)))
        for ax, (time, picture) in zip(
            top.subplots(1, len(frames), squeeze=False)[0], frames.items(), strict=True
        ):
            ax.set_axis_off()
            ax.imshow(shown(picture), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            ax.set_title(minus(f"{time:.4g} s" if timed else f"frame {time:.0f}"), fontsize=8)
        axes = below.subplots(len(series), 1, sharex=True, squeeze=False)[:, 0]
        for number, (ax, ((name, unit), values)) in enumerate(zip(axes, series.items(), strict=True)):
            step = max(1, len(values) // (4 * MOST_POINTS))
            ax.plot(times[::step], values[::step], linewidth=0.9, color=COLOURS[number % len(COLOURS)])
            ax.set_ylabel(
                clipped(name.removesuffix("_deg"), 14) + (f"\n({unit})" if unit else ""), fontsize=8
            )
            ax.tick_params(labelsize=7.5)
        axes[-1].set_xlabel("time (s)" if timed else "frame")

    return Drawing(
        (WIDE, tall + 0.95 * len(series) + 0.3),
        paint,
        "Frames with the outline over them, and measures over time.",
    )


def pairs_plot(pairs: Mapping[float, tuple[np.ndarray, np.ndarray]], timed: bool) -> Drawing:
    """Frames (height, width) by their time, each above what was made of it.
    `timed`: times are seconds, else numbers of frames."""
    across = WIDE / len(pairs)
    talls = [
        min(2.0, across * max(pair[n].shape[0] / pair[n].shape[1] for pair in pairs.values())) for n in (0, 1)
    ]

    def paint(canvas: Any) -> None:
        axes = canvas.subplots(2, len(pairs), squeeze=False, height_ratios=talls)
        for column, (time, pair) in zip(axes.T, pairs.items(), strict=True):
            for ax, picture in zip(column, pair, strict=True):
                ax.set_axis_off()
                ax.imshow(shown(picture), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            column[0].set_title(minus(f"{time:.4g} s" if timed else f"frame {time:.0f}"), fontsize=8)

    return Drawing((WIDE, sum(talls) + 0.5), paint, "Frames, and under each what was made of it.")
