"""Pictures of a signal over time and frequency: spectrogram in bands, wavelet packets, correlation."""

from typing import Any

import numpy as np

from weldfusion.report.draw import INK
from weldfusion.report.drawing import Drawing
from weldfusion.report.signals import MOST_POINTS, envelope, spectrum_picture

WIDE = 7.4
DECADES = 4
"""Powers of ten of energy that the brightness spans."""


def spectrogram_plot(
    values: np.ndarray,
    rate: float,
    levels: np.ndarray,
    centres_hz: np.ndarray,
    span_s: tuple[float, float],
    label: str,
) -> Drawing:
    """A signal (time,) at `rate` Hz above its spectrogram `levels` (bands, frames), each band as high as
    the others.

    Args:
        centres_hz: (bands,) rising.
        span_s: seconds of the first sample and after the last.
        label: what the brightness says.
    """

    def paint(canvas: Any) -> None:
        top, below = canvas.subplots(2, 1, sharex=True, height_ratios=(1, 2.4))
        _wave(top, values, rate, span_s[0])
        shown = spectrum_picture(levels, wide=MOST_POINTS, high=len(levels))
        picture = _mesh(below, shown, span_s, len(levels))
        _band_ticks(below, centres_hz)
        below.set(xlabel="time (s)", ylabel="frequency (Hz)", xlim=span_s)
        canvas.colorbar(picture, ax=below, label=label)

    return Drawing((WIDE, 4.2), paint, f"A signal and its spectrogram in {len(levels)} bands.")


def packets_plot(
    values: np.ndarray,
    rate: float,
    start_s: float,
    energy: np.ndarray,
    times_s: np.ndarray,
    range_hz: tuple[float, float],
) -> Drawing:
    """A signal (time,) at `rate` Hz from `start_s` above the energy (bands, columns) of its wavelet packets,
    rising bands of one width over `range_hz`; columns have their middle at `times_s`. 0 dB is the largest
    energy above the lowest band, which holds offset and trend.
    """
    joined = spectrum_picture(np.asarray(energy, float), wide=MOST_POINTS, high=len(energy))
    largest = max(joined[min(1, len(joined) - 1) :].max(), np.finfo(float).tiny)
    level = 10 * np.log10(np.clip(joined / largest, 10.0**-DECADES, 1.0))
    half = (times_s[-1] - times_s[0]) / max(len(times_s) - 1, 1) / 2 or len(values) / rate / 2

    def paint(canvas: Any) -> None:
        top, below = canvas.subplots(2, 1, sharex=True, height_ratios=(1, 2.4))
        _wave(top, values, rate, start_s)
        columns = np.linspace(times_s[0] - half, times_s[-1] + half, level.shape[1] + 1)
        bands = np.linspace(*range_hz, len(level) + 1)
        mesh = below.pcolormesh(
            columns, bands, level, vmin=-10 * DECADES, vmax=0, cmap="magma", rasterized=True
        )
        below.grid(False)
        below.set(xlabel="time (s)", ylabel="frequency (Hz)", xlim=(start_s, start_s + len(values) / rate))
        canvas.colorbar(mesh, ax=below, label="energy (dB)")

    return Drawing(
        (WIDE, 4.2), paint, f"A signal and the energy of its {len(level)} bands of wavelet packets."
    )


def _wave(ax: Any, values: np.ndarray, rate: float, start_s: float) -> None:
    place, shown = envelope(np.asarray(values, float))
    ax.plot(start_s + place / rate, shown, linewidth=0.9, color=INK)
    ax.set_ylabel("signal")


def _mesh(ax: Any, picture: np.ndarray, span_s: tuple[float, float], bands: int) -> Any:
    """Rows of one height, brightness from the 1st hundredth to the greatest value."""
    time = np.linspace(*span_s, picture.shape[1] + 1)
    ax.grid(False)
    return ax.pcolormesh(
        time, np.arange(bands + 1), picture, vmin=np.percentile(picture, 1), cmap="magma", rasterized=True
    )


def _band_ticks(ax: Any, centres_hz: np.ndarray, most: int = 7) -> None:
    places = np.unique(np.linspace(0, len(centres_hz) - 1, most).round().astype(int))
    ax.set_yticks(places + 0.5, [f"{centres_hz[place]:.4g}" for place in places])
