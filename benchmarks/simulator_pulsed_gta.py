"""The pulsed GTA simulator: the stated ranges that apply to it, how hard its data are, and its speed, on
seeds that were not used to choose the numbers. `docs/simulator_pulsed_gta.md` tells what is still missed."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from inspect import signature
from pathlib import Path

import numpy as np
from harness import Goal, Row, row, run
from scipy.signal import welch
from simulator_goals import Between, between
from simulator_pulsed_gta_difficulty import SEEDS, SMALL, THREE, difficulty_figures, with_more_welds
from simulator_sets import megabytes, same_bytes

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.pulsed_gta import labels, oscillation
from weldfusion.simulate.pulsed_gta.process import PulsedGTA
from weldfusion.simulate.pulsed_gta.sensors import microphone
from weldfusion.simulate.pulsed_gta.steel import KINEMATIC_TENSION
from weldfusion.simulate.pulsed_gta.weld import SimulatedWeld
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.storage import write_weld


def closed_forms() -> Iterator[Row]:
    """Check 21: published frequencies of the oscillating pool."""
    for diameter, first, second in ((4, 340, 196), (6, 185, 107), (8, 120, 69)):
        size = np.array(diameter * 1e-3)
        found = float(oscillation.bulk_frequency(size, KINEMATIC_TENSION))
        yield row(f"21 bulk mode, {diameter} mm", found, "Hz", Between(">=", first, 1))
        found = float(oscillation.sloshing_frequency(size, KINEMATIC_TENSION))
        yield row(f"21 sloshing mode, {diameter} mm", found, "Hz", Between(">=", second, 1))
    for diameter, plate, hertz in ((4, 2, 89), (6, 3, 48), (8, 3, 36)):
        size = np.array(diameter * 1e-3)
        found = float(oscillation.membrane_frequency(size, plate * 1e-3, KINEMATIC_TENSION))
        yield row(f"21 membrane mode, {diameter} mm, plate {plate} mm", found, "Hz", Between(">=", hertz, 1))
    ratio = oscillation.BULK / oscillation.SLOSHING
    yield row("21 bulk over sloshing", ratio, "", Between(">=", 1.733, 0.001))


def make(
    count: int, seed: int, sensors: Sequence[str], difficulty: Difficulty | None = None
) -> list[SimulatedWeld]:
    plan = plan_welds(SMALL, count, seed, sensors, difficulty=difficulty)
    return [SMALL.simulate(plan, index) for index in range(count)]


def state_figures(count: int) -> Iterator[Row]:
    """The ranges of section 3: sizes, classes, currents."""
    states = [weld.states for seed in SEEDS for weld in make(count, seed, ["parameters"])]
    top = np.concatenate([1e3 * some.bead.top_width_m.values[::50] for some in states])
    depth = np.concatenate([1e3 * some.bead.depth_m.values[::50] for some in states])
    free = np.concatenate([some.bead.free_depth_m.values[::50] / some.plate_m for some in states])
    back = np.concatenate([1e3 * some.bead.back_width_m.values[::50] for some in states])
    note = f"{len(states)} welds of 5 s"
    yield row("top width, least", top.min(), "mm", Goal(">=", 4.0), note=note)
    yield row("top width, most", top.max(), "mm", Goal("<=", 9.0))
    yield row("depth, least", depth.min(), "mm", Goal(">=", 0.8))
    yield row("depth, most", depth.max(), "mm", Goal("<=", 4.0))
    yield row("back width, most", back.max(), "mm")
    yield row("free depth over plate, 5th percentile", np.percentile(free, 5))
    yield row("free depth over plate, 95th percentile", np.percentile(free, 95))
    along = [name for some in states for name in labels.penetration_along(some)]
    for name in labels.PENETRATION:
        yield row(f"steps of 0.25 s {name}", along.count(name) / len(along), "", between(0.20, 0.45))
    several = np.mean([len(set(labels.penetration_along(some))) > 1 for some in states])
    yield row("welds with more than one penetration", float(several))
    rise = max(np.abs(some.surface_m.values).max() for some in states)
    yield row("surface, highest rise", 1e3 * rise, "mm")


def sound_figures(count: int) -> Iterator[Row]:
    """The note of the pool in steady arc sound without shop noise: loudest line over the mode's frequency."""
    plain = Difficulty(group_scale=0, hidden_scale=0, dropouts_per_weld=0)
    found: dict[str, list[float]] = {"partial": [], "through": []}
    for weld in make(count, SEEDS[0], ["parameters"], plain):
        opened = weld.states.pool.opened.values.mean()
        if 0.05 < opened < 0.95:
            continue
        steady = replace(weld.states, pulse=replace(weld.states.pulse, peak_a=100.0, base_a=100.0))
        quiet, clock = microphone.Setup(1.0, 0.3, 0.0, 0.0), Clock(microphone.RATE)
        sound = microphone.record(steady, quiet, clock, np.zeros((0, 2)), np.random.default_rng(0))[0]
        frequency, density = welch(sound, microphone.RATE, nperseg=16384)
        low = (frequency > 30) & (frequency < 400)
        mode = steady.modes_hz[2 if opened > 0.5 else 0].mean()
        loudest = frequency[low][density[low].argmax()]
        found["through" if opened > 0.5 else "partial"].append(loudest / mode)
    for name, ratios in found.items():
        note = f"{len(ratios)} welds"
        yield row(
            f"loudest line over the mode, {name}", np.median(ratios), "", between(0.95, 1.05), note=note
        )


def cut_figures() -> Iterator[Row]:
    """Checks 16 and 17: what labels are given; the pool's oscillation cut, same noise."""
    given = list(signature(labels.labels_of).parameters) == ["states", "margin"]
    yield row("16 labels are given states only", float(given), "", Goal(">=", 1))
    (weld,) = make(1, 12, THREE)
    still = Curve(np.zeros(len(weld.states.surface_m)), weld.states.surface_m.rate)
    cut = replace(weld.states, surface_m=still)
    for name in THREE:
        recording = weld.recordings[name]
        device = __import__(f"weldfusion.simulate.pulsed_gta.sensors.{name}", fromlist=["record"])
        full, other = (
            device.record(
                some, recording.setup, recording.true, recording.dropouts, np.random.default_rng(9)
            ).astype(float)
            for some in (weld.states, cut)
        )
        goal = Goal(">=", 0.5) if name == "microphone" else Goal("<=", 0)
        yield row(f"17 oscillation cut: change of {name}", np.abs(full - other).max(), "", goal)


def whole_sets(count: int) -> Iterator[Row]:
    """Checks 24 and 25: bytes on disk for 1 and 4 processes; time and size with pictures of 128 pixels."""
    with tempfile.TemporaryDirectory() as parent:
        yield same_bytes(Path(parent), "pulsed_gta", 6, "--weld-s", "1")
        out, process = Path(parent) / "speed", PulsedGTA()
        plan = plan_welds(process, 48, 0)
        begin = time.process_time()
        for index in range(count):
            write_weld(process.weld(plan, index), out)
        seconds = 48 / count * (time.process_time() - begin)
        yield row("25 48 welds, all usual sensors, written", seconds, "s of one core", Goal("<=", 40))
        yield row("25 size on disk", megabytes(out) / count, "MB per weld", Goal("<=", 10))


def measure(quick: bool) -> list[Row]:
    return [
        *closed_forms(),
        *state_figures(12 if quick else 120),
        *sound_figures(6 if quick else 40),
        *cut_figures(),
        *whole_sets(4 if quick else 24),
        *difficulty_figures(24 if quick else 96),
        *with_more_welds(36 if quick else 240),
    ]


if __name__ == "__main__":
    raise SystemExit(run("simulator_pulsed_gta", __doc__, measure))
