"""Simulated CMT welds against recordings and stated ranges: sound, states, sensors, difficulty, speed.

Check 20 and the bands of the sound stand beside the same figures of the paper's clips of arc sound
(doi:10.1371/journal.pone.0311119), and robot MAG beside the robotic weld runs, measured in the same run; both
need WELDFUSION_REAL_DATA, the folder with cmt_arc_sound.zip and robotic_weld_runs.zip. The sound's bands,
modulation and slow gain were chosen for these clips: by construction, no validation.
"""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from harness import Goal, Row, row, run
from simulator_cmt_sound import SEEDS, robot_rows, sound_rows
from simulator_goals import Between, between
from simulator_groups import Data, Truth, flattery, growth, listed, oracle
from simulator_sets import megabytes
from simulator_trees import AT_RANDOM, Trees, answers
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.metrics import mean_absolute_error

from weldfusion.simulate.cmt import labels
from weldfusion.simulate.cmt.figures import WINDOW_S, features_of_welds, truth_of_welds
from weldfusion.simulate.cmt.process import GroovedArc
from weldfusion.simulate.cmt.states import States
from weldfusion.simulate.cmt.weld import SimulatedWeld, simulate_weld
from weldfusion.simulate.data_set import write_data_set
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.process import plan_welds

EVERY = 3
MARGIN_MM = 0.12
TREES = Trees(
    ExtraTreesClassifier(60, min_samples_leaf=2, class_weight="balanced", random_state=0),
    "penetration",
    AT_RANDOM,
)
DEPTHS = ExtraTreesRegressor(60, min_samples_leaf=2, random_state=0)


def make(count: int, seed: int, sensors: Sequence[str], scale: float = 1.0) -> list[SimulatedWeld]:
    process = GroovedArc(picture_px=64)
    plan = plan_welds(process, count, seed, sensors, difficulty=Difficulty(group_scale=scale))
    return [simulate_weld(plan, process.preset, process.picture_px, index) for index in range(count)]


def state_rows(count: int) -> Iterator[Row]:
    """Ranges of states over whole data sets."""
    states = [weld.states for seed in SEEDS for weld in make(count, seed, ["noise"])]
    names = [name for some in states for *_, name in labels.penetration_along(some)]
    for kind in labels.PENETRATION:
        yield row(f"parts with {kind}", names.count(kind) / len(names), "", between(0.20, 0.50))
    gap = 1e3 * np.concatenate([some.gap_m.values for some in states])
    yield row("root gap, mean", gap.mean(), "mm", Between(">=", 0.4, 0.05))
    yield row("root gap, sd", gap.std(), "mm", Between(">=", 0.25, 0.05))
    rates = np.array([some.cycle_hz.values.mean() for some in states])
    yield row("rate of cycles, lowest mean of a weld", rates.min(), "Hz", Goal(">=", 60))
    yield row("rate of cycles, highest mean of a weld", rates.max(), "Hz", Goal("<=", 95))
    jitter = [np.diff(some.arc.starts_s).std() / np.diff(some.arc.starts_s).mean() for some in states]
    yield row("jitter of a period", np.median(jitter), "", Between(">=", 0.12, 0.015))
    depth = 1e3 * np.array([some.depth_m.values for some in states])
    yield row(
        "depth, sd over all welds", depth.std(), "mm", note=f"{depth.std(axis=1).mean():.2f} within a weld"
    )


SINGLE = ("camera", "microphone", "current", "voltage", "parameters")
GOALS_ALONE: Mapping[str, Goal] = {"noise": Between(">=", 1 / 3, 0.03)} | dict.fromkeys(
    SINGLE, Goal("<=", 0.90)
)
GOALS_OF_DEPTH: Mapping[str, Goal] = {
    "camera": Goal("<=", 0.29),
    "microphone": Goal("<=", 0.29),
    "camera + microphone": Goal("<=", 0.25),
}


def difficulty_rows(count: int) -> Iterator[Row]:
    """Checks 18 and 23: windows of 0.1 s, trees on plain features, sessions held out; three seeds."""
    for scale in (0.0, 1.0):
        seeds = SEEDS if scale else SEEDS[:1]
        found = [of_seed(count, seed, scale) for seed in seeds]
        for name in found[0]:
            goals = (GOALS_ALONE.get(name), GOALS_OF_DEPTH.get(name)) if scale else (None, None)
            for place, (what, unit) in enumerate((("balanced accuracy", ""), ("error of depth", "mm"))):
                values = [some[name][place] for some in found]
                note = f"by seed {listed(values, 3)}"
                mixed = np.mean([some[name][2] for some in found])
                note += "" if place else f"; random windows {mixed:.3f}"
                told = f"group effects × {scale:g}, {name}: {what}"
                yield row(told, np.mean(values), unit, goals[place], note=note)
    yield from together({name: np.array([some[name] for some in found]) for name in found[0]})
    yield from with_and_without_groups(count, flattered([some["all sensors"] for some in found]))


def together(found: Mapping[str, np.ndarray]) -> Iterator[Row]:
    """What sensors gain together, and by how much random windows flatter; (seeds, 3) by sensor."""
    for name, parts in (
        ("camera + microphone", ("camera", "microphone")),
        ("all sensors", SINGLE),
    ):
        best = max(found[part][:, 0].mean() for part in parts)
        gain = 100 * (found[name][:, 0].mean() - best)
        yield row(f"{name} less the best of them: balanced accuracy", gain, "points", Goal(">=", 3))
        gaps = flattered(found[name])
        note = f"by seed {listed(gaps, 1)}"
        told = f"23 random windows less sessions, group effects × 1, {name}"
        yield row(told, gaps.mean(), "points", between(3, 8), note=note)


def flattered(scores: Sequence[tuple[float, float, float]] | np.ndarray) -> np.ndarray:
    """Points by which random windows flatter, by seed."""
    held, _, mixed = np.array(scores).T
    return 100 * (mixed - held)


def with_and_without_groups(count: int, usual: np.ndarray) -> Iterator[Row]:
    """Check 23 without group effects and with doubled ones, and the oracle; `usual` are the gaps at 1
    by seed."""
    plain = [all_sensors(count, seed, 0.0) for seed in SEEDS]
    told = "23 random windows less sessions, group effects × {}, all sensors"
    yield flattery(told.format(0), plain, TREES.score, between(-1, 1))
    left_out = (
        f"depth nearer than {MARGIN_MM:g} mm to the root face or to {1e3 * labels.EXCESSIVE_M:g} mm below"
    )
    yield oracle(plain, TREES.score, count, left_out)
    doubled = [all_sensors(count, SEEDS[0], 2.0)]
    yield growth(told.format(2), usual[:1], doubled, TREES.score)


def windows_of(count: int, seed: int, scale: float) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Features by sensor, sets of sensors among them, and truth of every third window."""
    welds = make(count, seed, ("camera", "microphone", "current", "voltage", "noise"), scale)
    tables = {name: table[::EVERY] for name, table in features_of_welds(welds).items()}
    truth = {name: values[::EVERY] for name, values in truth_of_welds(welds).items()}
    truth["clear"] = np.concatenate([clear(weld.states) for weld in welds])[::EVERY]
    everything = np.hstack([table for name, table in tables.items() if name != "noise"])
    tables["camera + microphone"] = np.hstack([tables["camera"], tables["microphone"]])
    tables["all sensors"] = everything
    return tables, truth


def clear(states: States) -> np.ndarray:
    """Whether the depth in both steps of each window of 0.1 s is off the limits by the margin."""
    steps = labels.means(states.depth_m, round(states.duration_s / labels.STEP_S))
    below = 1e3 * (steps - states.root_m)
    near = np.minimum(np.abs(below), np.abs(below - 1e3 * labels.EXCESSIVE_M))
    return near.reshape(-1, round(WINDOW_S / labels.STEP_S)).min(axis=1) >= MARGIN_MM


def all_sensors(count: int, seed: int, scale: float) -> Data:
    tables, truth = windows_of(count, seed, scale)
    return tables["all sensors"], truth


def of_seed(count: int, seed: int, scale: float) -> dict[str, tuple[float, float, float]]:
    """By sensor: balanced accuracy and error of depth (sessions held out), accuracy of random windows."""
    tables, truth = windows_of(count, seed, scale)
    return {name: scores(table, truth) for name, table in tables.items()}


def scores(table: np.ndarray, truth: Truth) -> tuple[float, float, float]:
    held, mixed = (TREES.score(table, truth, by_session) for by_session in (True, False))
    depth = answers(DEPTHS, table, truth["depth"], truth["session"])
    return held, float(mean_absolute_error(truth["depth"], depth)), mixed


def set_rows(count: int) -> Iterator[Row]:
    """Time and size of a written data set; saturation of frames."""
    process = GroovedArc()
    with tempfile.TemporaryDirectory() as parent:
        out, begin = Path(parent) / "welds", time.process_time()
        write_data_set(process, plan_welds(process, count, SEEDS[0]), out, progress=False)
        seconds = (time.process_time() - begin) * 48 / count
        yield row("48 welds of 4 s, written", seconds, "s of one core", Goal("<=", 60), note=f"{count} welds")
        yield row("size on disk", megabytes(out) / count, "MB per weld", Goal("<=", 10))
    bright = [
        np.mean(weld.recordings["camera"].values == 255) for weld in make(min(count, 24), 1, ["camera"])
    ]
    yield row("26 saturated pixels of a weld's frames, most", max(bright), "", Goal("<=", 0.02))


def measure(quick: bool) -> list[Row]:
    seconds = 20.0 if quick else 105.0
    return [
        *sound_rows(seconds),
        *robot_rows(10.0 if quick else 30.0),
        *state_rows(12 if quick else 120),
        *set_rows(4 if quick else 48),
        *difficulty_rows(24 if quick else 96),
    ]


if __name__ == "__main__":
    raise SystemExit(run("simulator_cmt", __doc__, measure))
