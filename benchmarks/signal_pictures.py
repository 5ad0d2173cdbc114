"""Real recordings through the signal core: arc sound of robotic welds, power curves of ultrasonic welds.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with ultrasonic_weld.zip and
robotic_weld_runs.zip. Pictures and one table are written to benchmarks/results.
"""

import os
import tempfile
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
from harness import RESULTS, Row, row, run

from weldfusion.data.files import write_bytes
from weldfusion.data.readers.find import read
from weldfusion.report.decomposition import decomposition_plot
from weldfusion.report.drawing import Drawing, picture_bytes
from weldfusion.report.signal_pictures import packets_plot, spectrogram_plot
from weldfusion.signals.eemd import Ensemble, eemd
from weldfusion.signals.filter_banks import Mel
from weldfusion.signals.imf_selection import energy_shares, mean_frequency
from weldfusion.signals.loudness import Decibels
from weldfusion.signals.spectrogram import band_powers, energy_below_hz
from weldfusion.signals.wavelet_packets import PacketTree, packet_energies, wavelet_packets

CURVES = {"columns": ["Power[W]"], "sep": ";", "skip_until": "#CSV-START#"}
BEGIN_S, LENGTH_S, EEMD_S = 10.0, 2.0, 0.25
SOUND_TREE, POWER_TREE = PacketTree("db4", 6), PacketTree("db4", 5)


def measure(quick: bool) -> list[Row]:
    source = Path(os.environ.get("WELDFUSION_REAL_DATA", ""))
    with tempfile.TemporaryDirectory() as folder:
        robotic = unpacked(source, "robotic_weld_runs", Path(folder))
        ultrasonic = unpacked(source, "ultrasonic_weld", Path(folder))
        return [*arc_sound(robotic, quick), *power_curves(ultrasonic, quick)]


def unpacked(source: Path, name: str, home: Path) -> Path:
    """The folder with index.csv. Exits with one line where the recordings are missing."""
    archive = source / f"{name}.zip"
    if not archive.is_file():
        raise SystemExit(f"{archive}: not there; set WELDFUSION_REAL_DATA to the folder with the recordings")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(home / name)
    return next((home / name).rglob("index.csv")).parent


def arc_sound(folder: Path, quick: bool) -> list[Row]:
    """A good weld and one with lack of fusion: EEMD, packets and Mel of two seconds of arc."""
    index = pd.read_csv(folder / "index.csv")
    rows = []
    for label in ("good_weld", "lack_of_fusion"):
        name = str(index.loc[index["label"] == label, "run"].iloc[0])
        reading = read(next(folder.rglob(f"{name}.flac")))
        rate = float(reading.rate or Fraction(16000))
        values = reading.values[0, int(BEGIN_S * rate) : int((BEGIN_S + LENGTH_S) * rate)]
        rows += sound_rows(label, values, rate, 10 if quick else 100, quick)
    return rows


def sound_rows(label: str, values: np.ndarray, rate: float, trials: int, quick: bool) -> list[Row]:
    short = values[: int(EEMD_S * rate)]
    found = eemd(short, Ensemble(trials, complementary=True))
    hertz, share = mean_frequency(found.imfs, rate), energy_shares(found)
    levels = Decibels().of(band_powers(values, Mel(64).weights(rate, 1024), 1024, 256), rate / 256)
    packets = np.square(wavelet_packets(values, SOUND_TREE))
    save(f"sound_{label}_eemd", decomposition_plot(short, found, rate, start_s=BEGIN_S), quick)
    span = (BEGIN_S, BEGIN_S + LENGTH_S)
    mel = spectrogram_plot(values, rate, levels, Mel(64).centres_hz(rate), span, "level (dB)")
    save(f"sound_{label}_mel", mel, quick)
    times = BEGIN_S + SOUND_TREE.times_s(len(values), rate)
    save(f"sound_{label}_packets", packets_plot(values, rate, BEGIN_S, packets, times, (0, rate / 2)), quick)
    half, most = energy_below_hz(values, rate, (0.5, 0.95))
    above = packets[SOUND_TREE.bands // 4 :].sum() / packets.sum()
    told = ", ".join(f"{f:.0f} Hz {s:.0%}" for f, s in zip(hertz, share, strict=True) if s >= 0.01)
    return [
        row(f"arc sound, {label}: half of the energy lies below", float(half), "Hz"),
        row(f"arc sound, {label}: 95 % of the energy lies below", float(most), "Hz"),
        row(f"arc sound, {label}: packets above {rate / 8:.0f} Hz", 100 * above, "% of the energy"),
        row(f"arc sound, {label}: IMFs by EEMD", int(found.counts), note=f"mean frequency, share: {told}"),
    ]


def power_curves(folder: Path, quick: bool) -> list[Row]:
    """Ultrasonic power: a curve of each class, and how much of the energy above the trend lies where."""
    index = pd.read_csv(folder / "index.csv")
    low, high = 45.0, 160.0
    rows = []
    for label, welds in index.groupby("class", sort=True):
        shares = []
        for number, path in enumerate(welds["path"].iloc[: 3 if quick else None]):
            values = read(folder / str(path), CURVES).values[0]
            energy = packet_energies(values, POWER_TREE)
            edges = POWER_TREE.edges_hz(1000.0)
            inside = (edges[:, 0] >= low) & (edges[:, 1] <= high)
            shares.append(energy[inside].sum() / energy[1:].sum())
            if number == 0:
                packets = np.square(wavelet_packets(values, POWER_TREE))
                times = POWER_TREE.times_s(len(values), 1000.0)
                save(
                    f"power_{label}_packets",
                    packets_plot(values, 1000.0, 0, packets, times, (0, 500.0)),
                    quick,
                )
        note = f"standard deviation {100 * np.std(shares):.1f} over {len(shares)} welds"
        rows.append(row(f"ultrasonic power, {label}: 47 to 156 Hz", 100 * float(np.mean(shares)),
                        "% of the energy above 16 Hz", note=note))  # fmt: skip
    return rows


def save(name: str, drawing: Drawing, quick: bool) -> None:
    """A picture among the results of a full run."""
    if not quick:
        write_bytes(RESULTS / "signal_pictures" / f"{name}.png", picture_bytes(drawing, ".png"))


if __name__ == "__main__":
    raise SystemExit(run("signal_pictures", __doc__, measure))
