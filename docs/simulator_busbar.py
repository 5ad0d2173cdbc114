"""Draws docs/simulator_busbar.png: a busbar seam of every state, its half of the picture and its spectrum.

Run as `python docs/simulator_busbar.py [--preset NAME] [--seed S] [--out FILE]`.
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from weldfusion.data.crop import Crop
from weldfusion.simulate.busbar.labels import STATES
from weldfusion.simulate.busbar.preset import find_preset
from weldfusion.simulate.busbar.process import Busbar
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.record import WeldRecord

PICTURE = Path(__file__).with_name("simulator_busbar.png")
WELDS = 96
COLOURS = 128
DARKEST = 3e-3


def one_of_each(process: Busbar, seed: int) -> dict[str, WeldRecord]:
    """The first seam of every state."""
    labelled = plan_welds(process, WELDS, seed, ["parameters"])
    states = [str(process.weld(labelled, k).labels.values["state"]) for k in range(WELDS)]
    plan = plan_welds(process, WELDS, seed)
    return {state: process.weld(plan, states.index(state)) for state in STATES if state in states}


def draw(welds: dict[str, WeldRecord], title: str, out: Path) -> None:
    figure, axes = plt.subplots(
        len(welds), 2, figsize=(11, 1.5 * len(welds)), width_ratios=(2, 1), layout="constrained"
    )
    for (state, weld), (left, right) in zip(welds.items(), axes, strict=True):
        shown = weld.pictures["picture"][0]
        left.imshow(Crop.parse(shown.part).of(shown.pixels))
        left.set(xticks=[], yticks=[])
        values = weld.labels.values
        told = f"{state}: depth {float(values['depth_mm']):.1f} mm"
        left.set_title(f"{told}, {float(values['interface_mm']):.2f} mm wide between the sheets", fontsize=8)
        spectra = weld.recordings["spectrometer"].values
        light = np.log10(np.maximum(spectra[::-1], DARKEST))
        right.imshow(light, aspect="auto", extent=(-0.01, 0.57, 340, 800), vmin=-2.5, vmax=0.1)
        right.set_ylabel("nm", fontsize=7)
        right.tick_params(labelsize=6)
    axes[-1, 1].set_xlabel("weld time, s", fontsize=7)
    figure.suptitle(f"{title}: half of the picture, and spectra of the plume (log)", fontsize=9)
    figure.savefig(out, dpi=80)
    with Image.open(out) as picture:
        picture.convert("RGB").quantize(COLOURS).save(out, optimize=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="busbar")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=PICTURE)
    chosen = parser.parse_args()
    process = Busbar(find_preset(chosen.preset))
    draw(one_of_each(process, chosen.seed), process.version, chosen.out)
    print(chosen.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
