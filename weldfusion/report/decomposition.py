"""A decomposed signal drawn: each intrinsic mode function (IMF) beside its spectrum, and energy over both."""

from typing import TYPE_CHECKING, Any

import numpy as np

from weldfusion.report.draw import COLOURS, INK
from weldfusion.report.drawing import Drawing
from weldfusion.report.signals import MOST_POINTS, envelope

if TYPE_CHECKING:
    from weldfusion.signals.emd import Decomposition


def decomposition_plot(
    values: np.ndarray, found: "Decomposition", rate: float, unit: str = "", start_s: float = 0.0
) -> Drawing:
    """One signal (time,) at `rate` Hz from `start_s`, its IMFs and residue over time, with their spectra."""
    count = int(found.counts)
    rows = [("signal", values, INK)]
    rows += [(f"IMF {k + 1}", found.imfs[k], COLOURS[k % len(COLOURS)]) for k in range(count)]
    rows.append(("residue", found.residue, INK))

    def paint(canvas: Any) -> None:
        axes = canvas.subplots(len(rows), 2, width_ratios=[3, 2], sharex="col", squeeze=False)
        for (over_time, over_frequency), (name, row, colour) in zip(axes, rows, strict=True):
            place, shown = envelope(np.asarray(row, float))
            over_time.plot(start_s + place / rate, shown, linewidth=0.9, color=colour)
            over_time.set_ylabel(name, rotation=0, ha="right", va="center")
            frequency, amplitude = amplitude_spectrum(row, rate)
            starts = np.unique(np.geomspace(1, len(frequency) - 1, MOST_POINTS).astype(int))
            shown = np.maximum.reduceat(amplitude, starts)
            over_frequency.plot(frequency[starts], shown, linewidth=0.9, color=colour)
            over_frequency.set_xscale("log")
            over_frequency.xaxis.set_major_formatter("{x:g}")
            for ax in (over_time, over_frequency):
                ax.tick_params(labelsize=7.5)
        axes[-1, 0].set_xlabel("time (s)")
        axes[-1, 1].set_xlabel("frequency (Hz)")
        axes[0, 0].set_title(f"over time{f' ({unit})' if unit else ''}")
        axes[0, 1].set_title("amplitude of each frequency")

    alt = f"A signal, its {count} intrinsic mode functions and what is left, each with its spectrum."
    return Drawing((7.4, 0.75 * len(rows) + 0.7), paint, alt)


def amplitude_spectrum(values: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and amplitudes (a sine of amplitude 1 and whole periods gives 1), mean left out.

    >>> hz, amplitude = amplitude_spectrum(2 * np.sin(2 * np.pi * 5 * np.arange(100) / 100), 100)
    >>> float(hz[amplitude.argmax()]), float(amplitude.max().round(9))
    (5.0, 2.0)
    """
    values = np.asarray(values, float)
    amplitude = 2 / len(values) * np.abs(np.fft.rfft(values - values.mean()))
    return np.fft.rfftfreq(len(values), 1 / rate), amplitude


def energy_plot(energy: np.ndarray, edges_hz: np.ndarray, duration_s: float, start_s: float = 0.0) -> Drawing:
    """`signals.hilbert.energy_map` (bands, columns) as a picture, brightness logarithmic over 40 dB."""
    columns = min(energy.shape[1], MOST_POINTS)
    starts = np.linspace(0, energy.shape[1], columns + 1).astype(int)[:-1]
    joined = np.add.reduceat(energy, starts, axis=1)
    level = 10 * np.log10(np.maximum(joined / max(joined.max(), np.finfo(float).tiny), 1e-4))

    def paint(canvas: Any) -> None:
        ax = canvas.subplots()
        time = start_s + np.linspace(0, duration_s, columns + 1)
        mesh = ax.pcolormesh(time, edges_hz, level, vmin=-40, vmax=0, cmap="magma", rasterized=True)
        ax.set(xlabel="time (s)", ylabel="frequency (Hz)")
        ax.grid(False)
        canvas.colorbar(mesh, ax=ax, label="energy (dB below the largest)")

    return Drawing((7.4, 3.2), paint, "Energy of the intrinsic mode functions over time and frequency.")
