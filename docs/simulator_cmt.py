"""Draws docs/simulator_cmt.png: one simulated CMT weld of each penetration, states and sensors side by side.

Run as `python docs/simulator_cmt.py [--seed S] [--out FILE]`.
"""

import argparse
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
from scipy.signal import spectrogram

from weldfusion.simulate.cmt.labels import PENETRATION, penetration_along, weld_penetration
from weldfusion.simulate.cmt.process import GroovedArc
from weldfusion.simulate.cmt.weld import SimulatedWeld, simulate_weld
from weldfusion.simulate.process import plan_welds

PICTURE = Path(__file__).with_name("simulator_cmt.png")
WELDS, SECONDS = 24, 4.0
SHOWN_S = 0.08
MIDDLE_S = 2.0
SENSORS = ("camera", "microphone", "current", "voltage")
HEIGHTS = (1.2, 1.0, 1.4, 1.0, 1.0, 1.3)
COLOURS = {PENETRATION[0]: "#fdebd0", PENETRATION[1]: "#d5f5e3", PENETRATION[2]: "#fadbd8"}


def one_of_each(seed: int) -> list[SimulatedWeld]:
    """The weld of each penetration that stays longest in it."""
    process = GroovedArc()

    def weld(index: int, sensors: tuple[str, ...]) -> SimulatedWeld:
        plan = plan_welds(process, WELDS, seed, sensors, SECONDS)
        return simulate_weld(plan, process.preset, process.picture_px, index)

    along = [[name for *_, name in penetration_along(weld(k, ("noise",)).states)] for k in range(WELDS)]
    return [weld(max(range(WELDS), key=lambda k: along[k].count(name)), SENSORS) for name in PENETRATION]


def times_of(weld: SimulatedWeld, name: str) -> np.ndarray:
    return weld.recordings[name].calibrated.times(weld.states.duration_s)


def states(axes: Any, weld: SimulatedWeld) -> None:
    some = weld.states
    for start, end, name in penetration_along(some):
        axes[0].axvspan(start, end, color=COLOURS[name], lw=0)
    axes[0].plot(some.depth_m.times, 1e3 * some.depth_m.values, color="black")
    axes[0].axhline(1e3 * some.root_m, color="grey", ls="--", lw=0.8)
    axes[0].set(ylim=(5.5, 0), ylabel="depth\nmm")
    axes[1].plot(some.gap_m.times, 1e3 * some.gap_m.values, color="#1f618d", label="gap")
    axes[1].plot(some.width_m.times, 0.1e3 * some.width_m.values, color="#ca6f1e", label="pool width / 10")
    axes[1].set(ylim=(0, 1.2), ylabel="mm", xlabel="weld time, s")
    axes[1].legend(fontsize=6, loc="upper right")
    for ax in axes[:2]:
        ax.set_xlim(0, SECONDS)


def sensors(axes: Any, weld: SimulatedWeld) -> None:
    first = round(MIDDLE_S * 30) // 3 * 3
    axes[0].imshow(
        np.hstack(list(weld.recordings["camera"].values[first : first + 3])), cmap="gray", vmin=0, vmax=200
    )
    axes[0].set(xticks=[], yticks=[], ylabel="camera\n3 × 1 ms")
    for ax, name, colour in ((axes[1], "current", "#2471a3"), (axes[2], "voltage", "#34495e")):
        times, values = times_of(weld, name), weld.recordings[name].values[0]
        shown = (times > MIDDLE_S) & (times < MIDDLE_S + SHOWN_S)
        ax.plot(1e3 * (times[shown] - MIDDLE_S), values[shown], color=colour, lw=0.8)
        ax.set(xlim=(0, 1e3 * SHOWN_S), ylabel=f"{name}\n{'A' if name == 'current' else 'V'}")
    axes[2].set_xlabel("ms")
    sound = weld.recordings["microphone"]
    hertz, at, power = spectrogram(sound.values[0], sound.true.rate, nperseg=2048, noverlap=0)
    low = hertz < 9_000
    level = 10 * np.log10(power[low] + 1e-9)
    extent = (at[0], at[-1], 0, hertz[low][-1] / 1e3)
    axes[3].imshow(level, aspect="auto", origin="lower", extent=extent, cmap="magma", vmin=-60, vmax=-25)
    axes[3].set(ylabel="sound\nkHz", xlabel="weld time, s")


def draw(welds: list[SimulatedWeld], out: Path) -> None:
    figure, axes = plt.subplots(len(HEIGHTS), 3, figsize=(11, 9), height_ratios=HEIGHTS, layout="constrained")
    for column, weld in zip(axes.T, welds, strict=True):
        states(column[:2], weld)
        sensors(column[2:], weld)
        name = weld_penetration(penetration_along(weld.states)).replace("_", " ")
        column[0].set_title(f"{name}\n{weld.id}: {60 * weld.design.wire_m_s:.1f} m/min, "
                            f"{1e3 * weld.design.speed_m_s:.1f} mm/s", fontsize=9)  # fmt: skip
        for ax in column:
            ax.tick_params(labelsize=7)
            ax.yaxis.label.set(size=8)
            ax.xaxis.label.set(size=8)
    figure.savefig(out, dpi=80)
    with Image.open(out) as picture:
        picture.convert("RGB").quantize(96).save(out, optimize=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=PICTURE)
    chosen = parser.parse_args()
    draw(one_of_each(chosen.seed), chosen.out)
    print(chosen.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
