"""Draws docs/simulator_aluminium_tig.png: a simulated weld of each state, picture, current and speed.

Run as `python docs/simulator_aluminium_tig.py [--seed S] [--out FILE]`.
"""

import argparse
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from PIL import Image

from weldfusion.simulate.aluminium_tig.camera_truth import camera_masks
from weldfusion.simulate.aluminium_tig.labels import STATES, states_along, weld_state
from weldfusion.simulate.aluminium_tig.process import AluminiumTig
from weldfusion.simulate.aluminium_tig.weld import SimulatedWeld, simulate_weld
from weldfusion.simulate.process import Plan, plan_welds

PICTURE = Path(__file__).with_suffix(".png")
WELDS = 96
COLOURS = ("#1e8449", "#c0392b", "#7d6608", "#2471a3", "#7d3c98", "#e67e22")
LEVELS = 128


def one_of_each(seed: int) -> list[tuple[Plan, SimulatedWeld]]:
    """The first weld of every state that begins and ends differently, with all sensors."""
    states = plan_welds(AluminiumTig(), WELDS, seed, ["parameters"])
    plan, found = plan_welds(AluminiumTig(), WELDS, seed), {}
    for index in range(WELDS):
        along = states_along(simulate_weld(states, index).states)
        name = weld_state(along)
        if name not in found and (name == "good" or 10 < along.labels.count(name) < 36):
            found[name] = simulate_weld(plan, index)
    return [(plan, found[name]) for name in STATES]


def column(axes: Any, plan: Plan, weld: SimulatedWeld) -> None:
    along = states_along(weld.states)
    name = weld_state(along)
    steps = [k for k, label in enumerate(along.labels) if label == name]
    at = steps[2 * len(steps) // 3]
    camera, series = weld.recordings["pool_camera"], weld.recordings["current_speed"]
    axes[0].imshow(camera.values[at], cmap="gray", vmin=0, vmax=255)
    masks = camera_masks(plan, weld, time_s=float(at))
    for mask, colour in ((masks.pool, "#f4d03f"), (masks.electrode, "#5dade2")):
        axes[0].contour(mask, levels=[0.5], colors=colour, linewidths=0.8)
    axes[0].set(xticks=[], yticks=[])
    axes[0].set_title(f"{name}\n{weld.id}, {at} s", fontsize=8)
    times = series.calibrated.times(weld.states.duration_s)
    for ax, values in zip(axes[1:], series.values, strict=True):
        ax.plot(times, values, color="#34495e", lw=0.4)
        for start, label in zip(along.edges_s[:-1], along.labels, strict=True):
            colour = COLOURS[STATES.index(label)]
            ax.axvspan(start, start + 1, color=colour, alpha=0.25, lw=0)
        ax.axvline(at, color="black", lw=0.6, ls=":")
        ax.tick_params(labelsize=7)
        ax.set_xlim(0, weld.states.duration_s)
    axes[1].set_ylim(90, 215)
    axes[2].set_ylim(0.5, 8.5)


def draw(seed: int, out: Path) -> None:
    figure, axes = plt.subplots(3, 6, figsize=(13, 5.2), height_ratios=(2.2, 1, 1), layout="constrained")
    for number, (plan, weld) in enumerate(one_of_each(seed)):
        column(axes[:, number], plan, weld)
    axes[1, 0].set_ylabel("current, A", fontsize=8)
    axes[2, 0].set_ylabel("speed, mm/s", fontsize=8)
    for ax in axes[2]:
        ax.set_xlabel("weld time, s", fontsize=8)
    keys = [plt.Rectangle((0, 0), 1, 1, fc=c, alpha=0.25) for c in COLOURS]
    figure.legend(keys, STATES, loc="outside lower center", ncols=6, fontsize=8)
    figure.savefig(out, dpi=90)
    with Image.open(out) as picture:
        picture.convert("RGB").quantize(LEVELS).save(out, optimize=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=PICTURE)
    chosen = parser.parse_args()
    draw(chosen.seed, chosen.out)
    print(chosen.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
