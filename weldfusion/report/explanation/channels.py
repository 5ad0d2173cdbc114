"""What single channels of a sensor say: wavelengths of a spectrum, channels of a waveform."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from weldfusion.explain.explanation import AttentionMap, AttributionMap, Axis
from weldfusion.report.draw import COLOURS, clipped, draw
from weldfusion.report.elements import Figure
from weldfusion.report.explanation.along import known_mean
from weldfusion.report.signals import SignalView


def told_axis(axis: Axis, view: SignalView | None) -> Axis:
    """An axis of channel numbers as wavelengths in nm, where the recording has them.

    >>> view = SignalView("spectrum", np.zeros((3, 2)), wavelengths=(400.0, 410.0, 440.0))
    >>> told_axis(Axis("channel", "", np.array([0.5, 2.0])), view)
    Axis(name='wavelength', unit='nm', centres=array([405., 440.]))
    """
    if axis.name != "channel" or view is None or not len(view.wavelengths):
        return axis
    nm = np.asarray(view.wavelengths, dtype=float)
    return Axis("wavelength", "nm", np.interp(axis.centres, np.arange(len(nm)), nm))


def told(one: AttentionMap, signals: Mapping[str, SignalView]) -> AttentionMap:
    """Attention with its channels told as wavelengths."""
    return replace(
        one,
        query_axis=told_axis(one.query_axis, signals.get(one.query)),
        key_axis=told_axis(one.key_axis, signals.get(one.key)),
    )


def channels_figure(name: str, view: SignalView, one: AttributionMap, alt: str) -> Figure:
    """What speaks for and against in each channel, mean over the windows, over the mean level of all."""
    axis = told_axis(one.axes[0], view)
    values = known_mean(one.values, axis=0)
    levels = known_mean(np.atleast_2d(np.asarray(view.values, dtype=float)), axis=1)
    every = told_axis(Axis("channel", "", np.arange(float(len(levels)))), view)

    def paint(canvas: Any) -> None:
        ax = canvas.subplots()
        ax.vlines(axis.centres, 0, values, colors=[COLOURS[4] if v > 0 else COLOURS[6] for v in values])
        ax.axhline(0, color="#8a94a1", linewidth=0.8)
        ax.set(xlabel=f"{axis.name} ({axis.unit})" if axis.unit else axis.name, ylabel="attribution")
        level = ax.twinx()
        level.plot(every.centres, levels, color="#8a94a1", linewidth=0.8)
        level.set_ylabel("mean level")
        level.grid(False)
        ax.set_title(f"{clipped(name, 40)}: channels chosen", loc="left", fontsize=9)

    return draw((7.4, 2.2), paint, alt, alt)
