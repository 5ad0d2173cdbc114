"""The simulator of aluminium TIG welds: the stated ranges that apply to it, how hard its data are, and its
speed, on seeds that were not used to choose the numbers. `docs/simulator_aluminium_tig.md` tells what is
still missed."""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from inspect import signature
from pathlib import Path

import numpy as np
from harness import Goal, Row, row, run
from simulator_goals import Between, between
from simulator_groups import Data, flattery, growth, listed, oracle
from simulator_sets import megabytes, same_bytes
from simulator_trees import Trees
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score, recall_score

from weldfusion.signals.pool_enhancement import PoolEnhancement
from weldfusion.simulate.aluminium_tig import labels
from weldfusion.simulate.aluminium_tig.camera_truth import camera_masks
from weldfusion.simulate.aluminium_tig.figures.of_windows import WINDOW_S, features_of_welds, truth_of_welds
from weldfusion.simulate.aluminium_tig.process import AluminiumTig
from weldfusion.simulate.aluminium_tig.sensors import current_speed, pool_camera
from weldfusion.simulate.aluminium_tig.states import States
from weldfusion.simulate.aluminium_tig.weld import SimulatedWeld, shares_of, simulate_weld
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.data_set import write_data_set
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.process import Plan, plan_welds

SEEDS = (101, 202, 303)
SINGLE = ("pool_camera", "current_speed", "parameters", "noise")
CHANCE = 1 / len(labels.STATES)
MARGIN = 0.02
NONE = np.zeros((0, 2))
AS_FROZEN = Difficulty()
TREES = Trees(
    ExtraTreesClassifier(
        150, min_samples_leaf=2, max_features=0.15, class_weight="balanced", random_state=0, n_jobs=1
    ),
    "state",
)


def planned(
    count: int, seed: int, sensors: Sequence[str] | None = None, difficulty: Difficulty = AS_FROZEN
) -> Plan:
    return plan_welds(AluminiumTig(), count, seed, sensors, None, difficulty)


def make(plan: Plan) -> list[SimulatedWeld]:
    return [simulate_weld(plan, index) for index in range(len(plan.places))]


def state_figures(count: int) -> Iterator[Row]:
    """Shares of the six states, ranges of current, width and depth."""
    welds = [weld for seed in SEEDS for weld in make(planned(count, seed, ["parameters"]))]
    names = [name for weld in welds for name in labels.states_along(weld.states, 10.0).labels]
    for name, share in shares_of(names, labels.STATES).items():
        yield row(f"windows of 10 s: {name}", share, "", between(0.08, 0.33))
    plan = planned(count, SEEDS[0], ["parameters"], Difficulty(imbalance=1))
    few = [name for weld in make(plan) for name in labels.states_along(weld.states, 10.0).labels]
    unequal = shares_of(few, labels.STATES)
    ratio = unequal["good"] / max(unequal["burn-through"], 1e-3)
    yield row("imbalance 1: good over burn-through", ratio, "", Goal(">=", 4))
    for part, name, unit, goal in (
        ("drive", "current_a", "A", between(120, 200)),
        ("drive", "speed_mm_s", "mm/s", None),
        ("pool", "width_mm", "mm", None),
    ):
        values = np.concatenate([getattr(getattr(weld.states, part), name).values for weld in welds])
        for percent in (5, 95):
            yield row(f"{name}, {percent}th percentile", np.percentile(values, percent), unit, goal)


def cut_figures() -> Iterator[Row]:
    """Checks 16 and 17: what labels are given; the paths from offset and pollution cut, same noise."""
    parameters = [next(iter(signature(rule).parameters)) for rule in (labels.states_along, labels.measures)]
    yield row("16 labels are given states only", float(set(parameters) == {"states"}), "", Goal(">=", 1))
    plan = planned(60, SEEDS[0], ["pool_camera", "current_speed"])
    weld = next(
        some
        for some in make(plan)
        if np.abs(some.states.joint.offset_mm.values).mean() > 0.3
        and some.states.joint.pollution.values[-1] > 0.3
    )
    for path, blind in (("offset_mm", current_speed), ("pollution", pool_camera)):
        values = getattr(weld.states.joint, path).values
        joint = replace(weld.states.joint, **{path: Curve(np.zeros(len(values)), 64.0)})
        cut = replace(weld.states, joint=joint)
        for device, name in ((pool_camera, "pool_camera"), (current_speed, "current_speed")):
            recording = weld.recordings[name]
            full, other = (
                device.record(states, recording.setup, recording.true, NONE, np.random.default_rng(9))
                for states in (weld.states, cut)
            )
            change = float(np.abs(full.astype(float) - other).max())
            goal = Goal("<=", 0) if device is blind else Goal(">=", 0.3)
            yield row(f"17 {path} cut: largest change of {name}", change, "", goal)


def picture_figures(count: int) -> Iterator[Row]:
    """Electrode, arc and saturation by the true masks."""
    plan = planned(count, SEEDS[1], ["pool_camera"])
    places, sizes, arc, beside, found = [], [], [], [], []
    for weld in make(plan):
        seen, pictures = camera_masks(plan, weld), weld.recordings["pool_camera"].values
        columns = np.array([np.nonzero(rod)[1].mean() for rod in seen.electrode])
        area = seen.electrode.sum(axis=(1, 2))
        places.append(columns.std())
        sizes.append(area.std() / area.mean())
        arc.append(np.mean(pictures[seen.arc] >= 250))
        beside.append(np.mean(pictures[~seen.arc & ~seen.electrode] == 255))
        found += [enhanced(pictures[k], seen.electrode[k], seen.pool[k]) for k in (10, 30)]
    yield row("electrode, sd of its place in a weld", float(np.mean(places)), "pixels", between(1.5, 3.0))
    yield row("electrode, sd of its area in a weld", float(np.mean(sizes)), "", Goal("<=", 0.10))
    yield row("arc saturated", float(np.mean(arc)), "of its pixels", Goal(">=", 0.80))
    yield row(
        "26 saturated beside arc and electrode", float(np.mean(beside)), "of the rest", Goal("<=", 0.02)
    )
    cut, kept, box = np.array(found).T
    note = f"{len(found)} pictures"
    yield row(
        "enhancement cuts the whole electrode", np.mean(cut > 0.98), "of pictures", Goal(">=", 0.9), note=note
    )
    note = f"tenth percentile {np.percentile(kept, 10):.2f}"
    yield row("enhancement keeps of the pool", float(np.median(kept)), "median", Goal(">=", 0.6), note=note)
    note = f"tenth percentile {np.percentile(box, 10):.2f}; area of both over area of either"
    yield row(
        "box of its contour against the pool's", float(np.median(box)), "median", Goal(">=", 0.6), note=note
    )


def enhanced(picture: np.ndarray, electrode: np.ndarray, pool: np.ndarray) -> tuple[float, float, float]:
    """What the enhancement of RTM does: share of the electrode cut off, share of the pool kept, and area that
    the boxes around its contour and around the pool that is left share, over that of either."""
    steps = PoolEnhancement().pictures(picture)
    rows = len(picture) - len(steps["side of the pool"])
    left = pool[rows:]
    boxes = np.zeros((2, *left.shape), bool)
    for box, mask in zip(boxes, (steps["contour"] > 0, left), strict=True):
        if mask.any():
            down, right = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
            box[down[0] : down[-1] + 1, right[0] : right[-1] + 1] = True
    same = boxes.all(axis=0).sum() / max(boxes.any(axis=0).sum(), 1)
    return electrode[:rows].sum() / electrode.sum(), left.sum() / pool.sum(), float(same)


def data_of(
    count: int, seed: int, group_scale: float = 1.0
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    welds = make(planned(count, seed, difficulty=Difficulty(group_scale=group_scale)))
    features = features_of_welds(welds)
    together = [table for name, table in features.items() if name != "noise"]
    truth = truth_of_welds(welds) | {"clear": np.concatenate([clear(weld.states) for weld in welds])}
    return features | {"all": np.hstack(together)}, truth


def clear(states: States) -> np.ndarray:
    """Whether a window of 10 s is in one state throughout, and would be so if any of the quantities that tell
    the state were less or more by the margin."""
    measured, steps = labels.measures(states), round(WINDOW_S / labels.STEP_S)
    usual = labels.state_of(**measured)
    firm = np.ones(len(usual), bool)
    for name, values in measured.items():
        for factor in (1 - MARGIN, 1 + MARGIN):
            firm &= labels.state_of(**measured | {name: factor * values}) == usual
    windows = usual.reshape(-1, steps)
    return firm.reshape(-1, steps).all(axis=1) & (windows == windows[:, :1]).all(axis=1)


def all_sensors(count: int, seed: int, scale: float) -> Data:
    features, truth = data_of(count, seed, scale)
    return features["all"], truth


def difficulty_figures(count: int, seeds: Sequence[int]) -> Iterator[Row]:
    """Checks 18 and 23: windows of 10 s, trees on plain features, sessions held out or random windows."""
    by_session: dict[str, list[float]] = {name: [] for name in (*SINGLE, "all")}
    recalls: dict[str, list[np.ndarray]] = {name: [] for name in (*SINGLE, "all")}
    gaps, curves = [], []
    for seed in seeds:
        features, truth = data_of(count, seed)
        for name in by_session:
            found = TREES.answers(features[name], truth, True)
            by_session[name].append(balanced_accuracy_score(truth["state"], found))
            recalls[name].append(recall_score(truth["state"], found, average=None))
        random = TREES.score(features["all"], truth, False)
        gaps.append(100 * (random - by_session["all"][-1]))
        polluted = truth["state"] == labels.STATES.index("contamination")
        curves.append(TREES.auc(features["noise"], polluted, truth["session"]))
    yield from sensor_rows(by_session, recalls, count)
    yield row("18 noise sensor: AUC of contamination", float(np.mean(curves)), "", Between(">=", 0.5, 0.07))
    note = f"by seed {listed(gaps, 1)}"
    yield row("23 random windows less sessions", float(np.mean(gaps)), "points", between(3, 8), note=note)
    plain, twice = ([all_sensors(count, seeds[0], scale)] for scale in (0.0, 2.0))
    yield flattery("23 … group effects × 0", plain, TREES.score, between(-1, 1))
    yield growth("23 … group effects × 2", gaps[:1], twice, TREES.score)
    fewer = [all_sensors(count // 2, seed, 0.0) for seed in seeds]
    left_out = f"more than one state, or another one if a quantity were {100 * MARGIN:g} % less or more"
    yield oracle(fewer, TREES.score, count // 2, left_out)


def sensor_rows(
    by_session: Mapping[str, list[float]], recalls: Mapping[str, list[np.ndarray]], count: int
) -> Iterator[Row]:
    """Each sensor alone, all together, and which states each one finds."""
    for name, found in by_session.items():
        note = f"by seed {listed(found, 3)}; {count} welds each"
        goal = None if name == "all" else Goal("<=", 0.90)
        if name == "noise":
            goal = Between(">=", CHANCE, 0.03)
        label = "18 noise sensor" if name == "noise" else name
        yield row(f"{label}: balanced accuracy of the six states", float(np.mean(found)), "", goal, note=note)
    best = max(np.mean(by_session[name]) for name in SINGLE)
    more = 100 * (np.mean(by_session["all"]) - best)
    yield row("all sensors less the best one", float(more), "points", Goal(">=", 3))
    of = {name: np.mean(parts, axis=0) for name, parts in recalls.items()}
    for state, better, worse in (
        ("misalignment", "pool_camera", "current_speed"),
        ("contamination", "pool_camera", "current_speed"),
        ("lack of fusion", "current_speed", "pool_camera"),
        ("lack of penetration", "current_speed", "pool_camera"),
    ):
        at = labels.STATES.index(state)
        note = f"{of[better][at]:.2f} against {of[worse][at]:.2f}; all {of['all'][at]:.2f}"
        difference = float(of[better][at] - of[worse][at])
        yield row(f"recall of {state}: {better} less {worse}", difference, "", Goal(">=", 0.05), note=note)


def whole_sets(count: int) -> Iterator[Row]:
    """Checks 24 and 25: bytes on disk for 1 and 4 processes; time and size of one process."""
    with tempfile.TemporaryDirectory() as parent:
        yield same_bytes(Path(parent), "aluminium_tig", 6, "--weld-s", "10")
        process, out = AluminiumTig(), Path(parent) / "speed"
        begin = time.process_time()
        write_data_set(process, planned(count, 0), out, progress=False)
        seconds = (time.process_time() - begin) * 48 / count
        yield row("25 48 welds of 40 s, all sensors, written", seconds, "s of one core", Goal("<=", 60))
        yield row("25 size on disk", megabytes(out) / count, "MB per weld", Goal("<=", 10))


def measure(quick: bool) -> list[Row]:
    return [
        *state_figures(40 if quick else 360),
        *cut_figures(),
        *picture_figures(6 if quick else 48),
        *whole_sets(4 if quick else 24),
        *difficulty_figures(36 if quick else 240, SEEDS[:1] if quick else SEEDS),
    ]


if __name__ == "__main__":
    raise SystemExit(run("simulator_aluminium_tig", __doc__, measure))
