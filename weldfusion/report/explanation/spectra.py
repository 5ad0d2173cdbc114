"""The spectrogram of a signal with its attribution over time and frequency."""

from typing import Any

import numpy as np
from scipy.signal import spectrogram

from weldfusion.explain.explanation import Axis
from weldfusion.report.draw import clipped
from weldfusion.report.explanation.along import Along, edges
from weldfusion.report.explanation.panels import MAP_COLOURS, Panel, strip, strongest, tell_scale
from weldfusion.report.signals import SignalView, spectrum_picture

LEAST_RATE = 2000.0
TIMES, FREQUENCIES = 360, 64
RANGE_DB = 60.0
BAND = 0.2


def is_sound_like(view: SignalView) -> bool:
    """Whether a signal is sampled fast and long enough for a spectrogram: 2 kHz, 1,024 samples."""
    return view.kind == "waveform" and (view.rate or 0) >= LEAST_RATE and view.values.shape[-1] >= 1024


def levels(values: np.ndarray, rate: float, top_hz: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times (T,), frequencies (F,) and levels (F, T) in dB below the loudest cell, up to `top_hz`.

    At most 360 times and 64 frequencies, means of power over Hann windows; missing samples count as 0.

    >>> rate = 8000.0
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / rate)
    >>> _, hz, db = levels(tone, rate, 4000)
    >>> 900 < hz[db[:, 5].argmax()] < 1100
    np.True_
    """
    clean = np.nan_to_num(np.asarray(values, dtype=float))
    length = int(2 ** np.clip(np.floor(np.log2(len(clean) / 64)), 6, 9))
    hz, time, power = spectrogram(clean, rate, "hann", length, length // 2, detrend="constant")
    keep = hz <= top_hz
    hz, power = hz[keep], power[keep]
    hz, power = _fewer(hz, FREQUENCIES), _fewer(power, FREQUENCIES)
    time, power = _fewer(time, TIMES), _fewer(power.T, TIMES).T
    loudest = float(power.max()) or 1.0
    return time, hz, 10 * np.log10(np.maximum(power / loudest, 10 ** (-RANGE_DB / 10)))


def _fewer(values: np.ndarray, most: int) -> np.ndarray:
    """Means of neighbouring rows, so that at most `most` remain."""
    step = -(-len(values) // most)
    starts = np.arange(0, len(values), step)
    count = np.diff(np.append(starts, len(values)))
    return np.add.reduceat(values, starts, axis=0) / count.reshape(-1, *[1] * (values.ndim - 1))


def spectrum_panel(name: str, view: SignalView, laid: Along | None, frequency: Axis | None) -> Panel:
    """Grey spectrogram of the first channel; over it, where the map has a frequency axis, the attribution."""
    rate = float(view.rate or 1.0)
    overlay = laid if laid is not None and laid.values.ndim == 2 and frequency is not None else None
    top = rate / 2
    if overlay is not None and frequency is not None:
        top = min(top, float(edges(frequency.centres)[-1]))

    def paint(ax: Any) -> None:
        time, hz, db = levels(np.atleast_2d(view.values)[0], rate, top)
        ax.grid(False)
        ax.pcolormesh(
            edges(view.start_s + time),
            edges(hz) / 1e3,
            db,
            cmap="Greys",
            vmin=-RANGE_DB,
            vmax=RANGE_DB / 3,
            rasterized=True,
        )
        if overlay is not None and frequency is not None:
            most = strongest(overlay.values)
            size = np.nan_to_num(np.abs(overlay.values) / most)
            borders = np.linspace(overlay.start_s, overlay.end_s, overlay.values.shape[-1] + 1)
            ax.pcolormesh(
                borders, np.maximum(edges(frequency.centres), 0) / 1e3, np.nan_to_num(overlay.values),
                cmap=MAP_COLOURS, vmin=-most, vmax=most, alpha=0.8 * np.sqrt(size), rasterized=True,
            )  # fmt: skip
            tell_scale(ax, most)
        ax.set(ylabel="kHz", ylim=(0, top / 1e3))
        ax.set_title(f"{clipped(name, 30)}: spectrogram", loc="left", fontsize=9)

    return Panel(1.15, paint)


def sequence_panel(name: str, view: SignalView, laid: Along | None) -> Panel:
    """Spectra over time, grey over the wavelengths; below them the attribution as a band."""
    shown = spectrum_picture(np.asarray(view.values, dtype=float), TIMES, FREQUENCIES)
    count, samples = np.atleast_2d(view.values).shape
    nm = edges(np.asarray(view.wavelengths if len(view.wavelengths) else np.arange(count), dtype=float))
    borders = nm[np.linspace(0, count, len(shown) + 1).astype(int)]
    seconds = view.start_s + np.linspace(0, samples / (view.rate or 1.0), shown.shape[1] + 1)
    low, high = np.nanpercentile(shown, (1, 99)) if np.isfinite(shown).any() else (0.0, 1.0)

    def paint(ax: Any) -> None:
        ax.grid(False)
        ax.pcolormesh(seconds, borders, shown, cmap="Greys", vmin=low, vmax=high, zorder=0, rasterized=True)
        ax.set(ylabel="nm" if len(view.wavelengths) else "band", ylim=(borders[0], borders[-1]))
        if laid is not None:
            strip(ax, laid, BAND)
        ax.set_title(f"{clipped(name, 30)}: spectra", loc="left", fontsize=9)

    return Panel(1.15, paint)
