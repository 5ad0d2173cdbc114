"""Draws docs/simulator_weld.png: one simulated weld on one page, states above, sensors below, events marked.

Run as `python docs/simulator.py [--preset NAME] [--seed S] [--weld N] [--out FILE]`.
"""

import argparse
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from weldfusion.simulate.laser.events import KINDS
from weldfusion.simulate.laser.labels import PENETRATION, penetration_along, pore_intervals
from weldfusion.simulate.laser.preset import find_preset
from weldfusion.simulate.laser.process import plan_laser
from weldfusion.simulate.laser.sensors.spectrometer import WAVELENGTHS_NM
from weldfusion.simulate.laser.weld import SimulatedWeld, simulate_weld
from weldfusion.simulate.record import Recording

PICTURE = Path(__file__).with_name("simulator_weld.png")
SECONDS, WELDS = 1.0, 24
EVENT_COLOURS = ("#c0392b", "#2471a3", "#b7950b")
CLASS_COLOURS = {"LP": "#fdebd0", "PP": "#ffffff", "FP": "#d5f5e3"}
BINS = 500
FRAMES = 10
COLOURS = 96
HEIGHTS = (2.2, 1, 1, 1, 1, 1, 1, 1, 1.4, 1.1, 0.8, 1.1, 1.5, 0.8)


def times_of(weld: SimulatedWeld, recording: Recording) -> np.ndarray:
    return recording.calibrated.times(weld.states.duration_s)


def band(ax: Any, times: np.ndarray, values: np.ndarray, colour: str, label: str) -> None:
    """Range from least to most and mean of 2 ms each."""
    edges = np.linspace(0, SECONDS, BINS + 1)
    first = np.searchsorted(times, edges[:-1])
    low, high = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    mean = np.add.reduceat(values, first) / np.diff(np.append(first, len(values)))
    middle = (edges[:-1] + edges[1:]) / 2
    ax.fill_between(middle, low, high, color=colour, alpha=0.35, lw=0)
    ax.plot(middle, mean, color=colour, lw=0.8)
    ax.set_ylabel(label)


def states(axes: Any, weld: SimulatedWeld) -> None:
    some = weld.states
    depth, bead = some.keyhole.depth_m, some.bead
    band(axes[0], depth.times, 1e3 * depth.values, "#34495e", "depth\nmm")
    axes[0].plot(bead.depth_m.times, 1e3 * bead.depth_m.values, color="black", lw=1.2, label="weld")
    axes[0].axhline(1e3 * some.plate_m, color="grey", ls="--", lw=0.8, label="plate")
    pores = some.pores
    at, kept = pores.position_m / some.speed_m_s, pores.survived
    axes[0].scatter(
        at, 1e3 * pores.depth_m, 1.5e11 * pores.diameter_m**2 / 60, c=np.where(kept, "#8e44ad", "none"),
        edgecolors="#8e44ad", zorder=5, label="pores (open: escaped)",
    )  # fmt: skip
    axes[0].set_ylim(1.1e3 * some.plate_m, 0)
    axes[0].legend(loc="upper right", ncols=3, fontsize=7, framealpha=0.9)
    band(axes[1], depth.times, some.keyhole.opening.values, "#34495e", "mouth\nrel. area")
    band(axes[2], depth.times, some.keyhole.open_root.values, "#1e8449", "open root\nback, mm")
    axes[2].plot(bead.back_width_m.times, 1e3 * bead.back_width_m.values, color="black", lw=1)
    axes[3].plot(some.heat.pool_width_m.times, 1e3 * some.heat.pool_width_m.values, color="#ca6f1e")
    axes[3].plot(some.heat.pool_length_m.times, 1e3 * some.heat.pool_length_m.values, color="#6e2c00")
    axes[3].set_ylabel("pool W, L\nmm")


def sensors(axes: Any, weld: SimulatedWeld) -> None:
    light, times = weld.recordings["photodiode"], times_of(weld, weld.recordings["photodiode"])
    names = ("plume", "back-\nreflection", "thermal")
    for ax, values, name in zip(axes, light.values, names, strict=False):
        band(ax, times, values, "#b03a2e", name)
    sound = weld.recordings["microphone"]
    band(axes[3], times_of(weld, sound), sound.values[0], "#7d3c98", "sound")
    oct_depth = weld.recordings["oct"]
    axes[4].plot(times_of(weld, oct_depth), oct_depth.values[0], ",", color="#1f618d", alpha=0.6)
    axes[4].set_ylabel("OCT\nmm")
    axes[4].set_ylim(6, 0)
    strip(axes[5], weld, "coaxial_camera", "camera", "gray")
    mouth = weld.recordings["opening"]
    axes[6].plot(times_of(weld, mouth), mouth.values[0], color="#117864", lw=0.5)
    axes[6].set_ylabel("mouth\nmm²")
    strip(axes[7], weld, "infrared", "infrared", "inferno")
    spectra = weld.recordings["spectrometer"]
    seen = times_of(weld, spectra)
    extent = (seen[0], seen[-1], WAVELENGTHS_NM[0], WAVELENGTHS_NM[-1])
    axes[8].imshow(
        np.maximum(spectra.values, 0) ** 0.5, aspect="auto", origin="lower", extent=extent, cmap="magma"
    )
    axes[8].set_ylabel("spectrum\nnm")
    noise = weld.recordings["noise"]
    axes[9].plot(times_of(weld, noise), noise.values[0], color="grey", lw=0.4)
    axes[9].set_ylabel("noise\nsensor")


def strip(ax: Any, weld: SimulatedWeld, name: str, label: str, colours: str) -> None:
    """Some frames beside each other, each at its own time."""
    recording = weld.recordings[name]
    times = times_of(weld, recording)
    for middle in (np.arange(FRAMES) + 0.5) * SECONDS / FRAMES:
        frame = recording.values[np.abs(times - middle).argmin()].astype(float)
        half = 0.47 * SECONDS / FRAMES
        ax.imshow(frame, aspect="auto", cmap=colours, extent=(middle - half, middle + half, 0, 1))
    ax.set(ylim=(0, 1), yticks=[], ylabel=label)


def mark(axes: Any, weld: SimulatedWeld) -> None:
    """Collapses as lines through all panels, penetration as colour behind the states, pores as bars."""
    events, along = weld.states.events, penetration_along(weld.states)
    for ax in axes:
        for time, kind in zip(events.time_s, events.kind, strict=True):
            ax.axvline(time, color=EVENT_COLOURS[kind], lw=0.8, alpha=0.9, zorder=4)
        ax.set_xlim(0, SECONDS)
    for ax in axes[:4]:
        for start, end, name in zip(along.edges_s[:-1], along.edges_s[1:], along.labels, strict=True):
            ax.axvspan(start, end, color=CLASS_COLOURS[name], lw=0, zorder=0)
    for start, end in pore_intervals(weld.states):
        axes[0].axvspan(start, end, ymax=0.06, color="#8e44ad", lw=0)


def draw(weld: SimulatedWeld, preset: str, out: Path) -> None:
    figure, axes = plt.subplots(
        len(HEIGHTS), 1, figsize=(9, 13), sharex=True, height_ratios=HEIGHTS, layout="constrained"
    )
    states(axes[:4], weld)
    sensors(axes[4:], weld)
    mark(axes, weld)
    for ax in axes:
        ax.tick_params(labelsize=7)
        ax.yaxis.label.set(size=8)
    keys = [plt.Line2D([], [], color=c, label=k) for c, k in zip(EVENT_COLOURS, KINDS, strict=True)]
    keys += [plt.Rectangle((0, 0), 1, 1, fc=CLASS_COLOURS[k], ec="grey", label=k) for k in PENETRATION]
    figure.legend(handles=keys, loc="outside upper center", ncols=6, fontsize=8)
    set_to = f"{weld.design.power_w / 1e3:.2f} kW, {1e3 * weld.states.speed_m_s:.0f} mm/s"
    axes[0].set_title(f"{preset}, weld {weld.id}: {set_to}; states above, sensors below", fontsize=9)
    axes[-1].set_xlabel("weld time, s", fontsize=8)
    figure.savefig(out, dpi=90)
    with Image.open(out) as picture:
        picture.convert("RGB").quantize(COLOURS).save(out, optimize=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="laser_al")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weld", type=int, default=9, help=f"1 to {WELDS}")
    parser.add_argument("--out", type=Path, default=PICTURE)
    chosen = parser.parse_args()
    preset = find_preset(chosen.preset)
    weld = simulate_weld(plan_laser(WELDS, chosen.seed, weld_s=SECONDS, preset=preset), chosen.weld - 1)
    draw(weld, preset.version, chosen.out)
    print(chosen.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
