"""How hard the laser's data are: windows of 50 ms, told by trees on plain features."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
from harness import Goal, Row, row
from simulator_goals import Between, between
from simulator_groups import Data, Truth, oracle
from simulator_trees import Trees
from sklearn.ensemble import ExtraTreesClassifier

from weldfusion.simulate.laser.figures.of_windows import features_of_welds, truth_of_welds
from weldfusion.simulate.laser.preset import LASER_AL, Difficulty
from weldfusion.simulate.laser.process import plan_laser
from weldfusion.simulate.laser.weld import simulate_weld

SEEDS = (101, 202, 303)
TREES = Trees(
    ExtraTreesClassifier(100, min_samples_leaf=2, class_weight="balanced", random_state=0, n_jobs=-1),
    "penetration",
)


def difficulty_figures(count: int, for_oracle: int) -> Iterator[Row]:
    """Checks 18 and 23: windows of 50 ms, trees on plain features, sessions held out or random windows; the
    oracle on `for_oracle` welds of each seed."""
    for scale, goal in ((0.0, between(-1, 1)), (1.0, between(3, 8)), (2.0, None)):
        features, truth = windows_of(count, SEEDS[1], scale)
        everything = all_sensors(features)
        grouped = TREES.score(everything, truth, True)
        gap = 100 * (TREES.score(everything, truth, False) - grouped)
        note = f"all sensors by session {grouped:.3f}; {count} welds of 1 s"
        yield row(
            f"23 random windows less sessions, group effects × {scale:g}", gap, "points", goal, note=note
        )
        if scale == 1:
            yield from single_sensors(features, truth)
    yield oracle_figure(for_oracle)


def windows_of(count: int, seed: int, scale: float) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Features by sensor and truth of windows of 50 ms, of welds of 1 s."""
    sensors = ("photodiode", "microphone", "oct", "coaxial_camera", "infrared", "spectrometer", "noise")
    preset = replace(LASER_AL, difficulty=Difficulty(group_scale=scale))
    plan = plan_laser(count, seed, sensors=sensors, weld_s=1.0, preset=preset)
    welds = [simulate_weld(plan, index) for index in range(count)]
    return features_of_welds(welds), truth_of_welds(welds)


def all_sensors(features: dict[str, np.ndarray]) -> np.ndarray:
    return np.hstack([table for name, table in features.items() if name != "noise"])


def oracle_figure(count: int) -> Row:
    """The oracle over `count` welds of each seed."""
    plain: list[Data] = []
    for seed in SEEDS:
        features, truth = windows_of(count, seed, 0.0)
        plain.append((all_sensors(features), truth))
    left_out = (
        "weld depth nearer than 0.02 of the plate to the PP limit, or open share than 0.15 to the FP limit"
    )
    return oracle(plain, TREES.score, count, left_out)


def single_sensors(features: dict[str, np.ndarray], truth: Truth) -> Iterator[Row]:
    """Each sensor alone, sessions held out."""
    for name, table in features.items():
        goal = Between(">=", 1 / 3, 0.03) if name == "noise" else Goal("<=", 0.90)
        label = "18 noise sensor" if name == "noise" else f"{name} alone"
        yield row(f"{label}: balanced accuracy of penetration", TREES.score(table, truth, True), "", goal)
    pore_auc = partial(TREES.auc, event=truth["pore"], session=truth["session"])
    noise = pore_auc(features["noise"])
    yield row("18 noise sensor: AUC of pores", noise, "", Between(">=", 0.5, 0.07))
    pairs = {name: features[name] for name in ("photodiode", "oct")}
    for name, table in {**pairs, "photodiode + oct": np.hstack(list(pairs.values()))}.items():
        yield row(f"{name}: AUC of pores", pore_auc(table))
