"""Draws docs/simulator_resistance_spot.png: a spot weld of each kind, its pictures and curves side by side.

python docs/simulator_resistance_spot.py [--seed S] [--out FILE]
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from PIL import Image

from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.resistance_spot.labels import MOST_LEAN, nugget_mm, quality
from weldfusion.simulate.resistance_spot.process import ResistanceSpot
from weldfusion.simulate.resistance_spot.states import SURFACE
from weldfusion.simulate.resistance_spot.weld import SimulatedSpot, simulate_weld

PICTURE = Path(__file__).with_suffix(".png")
WELDS, COUNTS = 60, (1, 1, 1)
COLOURS = 128
TITLES = (
    "infrared, above",
    "infrared, along",
    "view, upper",
    "view, lower",
    "resistance, µΩ",
    "displacement, µm",
)
KINDS = {
    "good": lambda states: quality(states) == "good",
    "bad: small": lambda states: quality(states) == "bad" and states.mark.lean <= MOST_LEAN,
    "bad: one-sided": lambda states: quality(states) == "bad" and states.mark.lean > MOST_LEAN,
    "explode: at the tip": lambda states: len(states.expulsions) and states.expulsions.kind[0] == SURFACE,
    "explode: inside": lambda states: len(states.expulsions) and states.expulsions.kind[0] != SURFACE,
}


def draw_weld(axes: Sequence[plt.Axes], kind: str, weld: SimulatedSpot) -> None:
    """One row of the sheet."""
    shown = [*weld.pictures["infrared"], *weld.pictures["views"]]
    for ax, picture in zip(axes[:4], shown, strict=True):
        ax.imshow(picture, cmap="inferno", vmin=0, vmax=255)
        ax.set(xticks=[], yticks=[])
    recording = weld.recordings["curves"]
    times = recording.calibrated.times(weld.states.duration_s)
    for ax, channel in zip(axes[4:], (0, 3), strict=True):
        ax.plot(times, recording.values[channel], lw=0.5)
        ax.tick_params(labelsize=6)
        for time in weld.states.expulsions.time_s:
            ax.axvline(time, color="#c0392b", lw=0.8)
    axes[4].set_ylim(0, 300)
    axes[0].set_ylabel(f"{kind}\nnugget {nugget_mm(weld.states):.1f} mm", fontsize=7)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=PICTURE)
    chosen = parser.parse_args()
    process = ResistanceSpot(COUNTS)
    plan = plan_welds(process, WELDS, chosen.seed, ("infrared", "views", "curves"))
    welds = [simulate_weld(plan, index, process.choice) for index in range(WELDS)]
    figure, axes = plt.subplots(len(KINDS), 6, figsize=(10, 7.4), layout="constrained")
    for row, (kind, fits) in zip(axes, KINDS.items(), strict=True):
        draw_weld(row, kind, next(weld for weld in welds if fits(weld.states)))
    for ax, title in zip(axes[0], TITLES, strict=True):
        ax.set_title(title, fontsize=8)
    axes[-1][4].set_xlabel("weld time, s", fontsize=7)
    figure.savefig(chosen.out, dpi=90)
    with Image.open(chosen.out) as picture:
        picture.convert("RGB").quantize(COLOURS).save(chosen.out, optimize=True)
    print(chosen.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
