"""Picture of two synchronised recordings: correlation over the lag, and both on one time axis."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from weldfusion.evaluation.minus import minus
from weldfusion.report.draw import COLOURS, INK, clipped
from weldfusion.report.drawing import Drawing
from weldfusion.report.signals import envelope


def sync_plot(
    pair: Sequence[tuple[str, np.ndarray, float]],
    curve: tuple[np.ndarray, np.ndarray],
    offset_s: float,
    sd_s: float,
) -> Drawing:
    """`pair` is name, values (time,) and rate of each; `curve` lags in seconds and correlation. The second
    recording is drawn earlier by `offset_s`, so that common events stand under each other.
    """

    def paint(canvas: Any) -> None:
        top, *below = canvas.subfigures(2, 1, height_ratios=(1, 1.6))
        ax = top.subplots()
        ax.plot(*curve, linewidth=0.9, color=INK)
        ax.axvline(offset_s, color=COLOURS[1], linewidth=1.2, alpha=0.6)
        ax.axvspan(offset_s - sd_s, offset_s + sd_s, color=COLOURS[1], alpha=0.3, linewidth=0)
        ax.set(xlabel="lag of the second recording (s)", ylabel="correlation\nof changes")
        ax.set_title(minus(f"found: {offset_s:.5g} ± {sd_s:.2g} s"), color=COLOURS[1])
        axes = below[0].subplots(2, 1, sharex=True)
        for ax, (name, values, rate), later, colour in zip(
            axes, pair, (0.0, offset_s), COLOURS, strict=False
        ):
            place, shown = envelope(np.asarray(values, float))
            ax.plot(place / rate - later, shown, linewidth=0.9, color=colour)
            ax.set_ylabel(clipped(name, 22), fontsize=8)
        axes[-1].set_xlabel("time of the first recording (s)")

    return Drawing(
        (7.4, 4.4), paint, "Correlation of two recordings over their lag, and both after the shift."
    )
