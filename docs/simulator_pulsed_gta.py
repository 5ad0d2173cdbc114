"""Draws docs/simulator_pulsed_gta.png: one simulated weld of each penetration, sensors side by side.

Run as `python docs/simulator_pulsed_gta.py [--seed S] [--out FILE]`.
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

from weldfusion.simulate.process import Plan, plan_welds
from weldfusion.simulate.pulsed_gta.labels import PENETRATION, penetration_along, weld_penetration
from weldfusion.simulate.pulsed_gta.process import PulsedGTA
from weldfusion.simulate.pulsed_gta.sensors import infrared, pool_camera
from weldfusion.simulate.pulsed_gta.weld import SimulatedWeld

PICTURE = Path(__file__).with_name("simulator_pulsed_gta.png")
WELDS, SECONDS = 24, 5.0
COLOURS = 96
SENSORS = ("pool_camera", "microphone", "infrared")
HEIGHTS = (2.4, 2.4, 1, 1, 1.4, 1.2)


def one_of_each(seed: int) -> list[SimulatedWeld]:
    """The first weld of a data set of each penetration."""
    process = PulsedGTA()
    states = plan_welds(process, WELDS, seed, ["parameters"], SECONDS)
    names = [weld_penetration(penetration_along(process.simulate(states, k).states)) for k in range(WELDS)]
    plan: Plan = plan_welds(process, WELDS, seed, SENSORS, SECONDS)
    return [process.simulate(plan, names.index(name)) for name in PENETRATION]


def pictures(axes: Any, weld: SimulatedWeld) -> None:
    """One frame of each camera, from the middle of the weld."""
    for ax, device, name in ((axes[0], pool_camera, "pool_camera"), (axes[1], infrared, "infrared")):
        frames = weld.recordings[name].values
        side = 1e3 * device.FIELD_M
        extent = (-side / 2, side / 2, (1 - device.TORCH) * side, -device.TORCH * side)
        image = frames[len(frames) // 2].astype(np.float32) / (255 if name == "pool_camera" else 1)
        ax.imshow(image, extent=extent, cmap="inferno", vmin=0, vmax=1)
        ax.set_ylabel("behind the arc, mm")


def curves(axes: Any, weld: SimulatedWeld) -> None:
    states = weld.states
    times = states.surface_m.times
    current = states.pulse.at(times)
    axes[0].plot(times, current, color="#2471a3", lw=0.8)
    axes[0].set_ylabel("current\nA")
    axes[1].plot(times, states.voltage(times, current), color="#34495e", lw=0.5)
    axes[1].set_ylabel("voltage\nV")
    sound = weld.recordings["microphone"]
    hertz, at, power = spectrogram(sound.values[0], sound.true.rate, nperseg=4096, noverlap=3584)
    low = (hertz > 25) & (hertz < 420)
    level = np.log10(power[low] + 1e-9)
    span = {"vmin": np.percentile(level, 5), "vmax": np.percentile(level, 97)}
    axes[2].pcolormesh(at + sound.true.offset_s, hertz[low], level, cmap="magma", **span)
    for mode, share in zip(
        states.modes_hz[[0, 2]], (1 - states.pool.opened.values, states.pool.opened.values), strict=True
    ):
        axes[2].plot(
            states.pool.opened.times, np.where(share > 0.5, mode, np.nan), color="cyan", lw=0.7, ls="--"
        )
    axes[2].set_ylabel("sound\nHz")
    for curve, colour in (
        (states.bead.top_width_m, "#ca6f1e"),
        (states.bead.back_width_m, "#1e8449"),
        (states.bead.depth_m, "black"),
    ):
        axes[3].plot(curve.times, 1e3 * curve.values, color=colour)
    axes[3].set_ylim(0, 9)
    axes[3].set_ylabel("top, back,\ndepth, mm")
    for ax in axes[:4]:
        ax.set_xlim(0, states.duration_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=PICTURE)
    options = parser.parse_args()
    welds = one_of_each(options.seed)
    figure, axes = plt.subplots(
        len(HEIGHTS),
        len(welds),
        figsize=(10, 13),
        dpi=65,
        layout="constrained",
        gridspec_kw={"height_ratios": HEIGHTS},
    )
    for column, (weld, name) in enumerate(zip(welds, PENETRATION, strict=True)):
        pictures(axes[:2, column], weld)
        curves(axes[2:, column], weld)
        axes[0, column].set_title(f"{name}: plate {weld.design.plate_m * 1e3:g} mm", fontsize=10)
        axes[-1, column].set_xlabel("time, s")
    figure.canvas.draw()
    drawn = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())[..., :3])  # type: ignore[attr-defined]
    drawn.quantize(COLOURS).save(options.out, optimize=True)


if __name__ == "__main__":
    main()
