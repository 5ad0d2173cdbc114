"""How hard the data of pulsed GTA are: windows of 0.5 s, told by trees on plain features."""

from collections.abc import Iterator, Sequence

import numpy as np
from harness import Goal, Row, row
from simulator_goals import Between, between
from simulator_groups import Data, Truth, flattery, growth, listed, oracle
from simulator_trees import AT_RANDOM, Trees, answers
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.metrics import r2_score

from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.pulsed_gta import labels
from weldfusion.simulate.pulsed_gta.figures.of_windows import features_of, joined, truth_of
from weldfusion.simulate.pulsed_gta.process import PulsedGTA

SEEDS = (404, 505, 606)
THREE = ("pool_camera", "microphone", "infrared")
USUAL = (*THREE, "parameters")
MARGIN = 0.03
TARGETS = ("top_width", "back_width", "depth")
R2_GOALS = {"noise": Goal("<=", 0.02)} | dict.fromkeys(
    ("camera, sound, infrared", "these and parameters"), Goal(">=", 0.95)
)
SMALL = PulsedGTA(picture_px=64)
CURVES = ExtraTreesRegressor(60, min_samples_leaf=2, max_features=0.4, random_state=0)
TREES = Trees(
    ExtraTreesClassifier(60, min_samples_leaf=2, class_weight="balanced", random_state=0),
    "penetration",
    AT_RANDOM,
)
Tables = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]


def tables(count: int, seed: int, scale: float = 1.0) -> Tables:
    """Features by sensor and truth of windows of 0.5 s."""
    sensors = (*THREE, "noise", "arc", "parameters")
    plan = plan_welds(SMALL, count, seed, sensors, difficulty=Difficulty(group_scale=scale))
    features, truth, saturated = [], [], 0.0
    for index in range(count):
        weld = SMALL.simulate(plan, index)
        features.append(features_of(weld))
        truth.append(truth_of(weld))
        saturated = max(saturated, float(np.mean(weld.recordings["pool_camera"].values == 255)))
    found, answers = joined(features), joined(truth)
    found["camera, sound, infrared"] = np.hstack([found[name] for name in THREE])
    found["these and parameters"] = np.hstack([found[name] for name in USUAL])
    answers["saturated"] = np.array([saturated])
    return found, answers


def scores(table: np.ndarray, truth: Truth, by_session: bool = True) -> np.ndarray:
    """R² of the three curves and balanced accuracy of penetration, trees."""
    wanted = np.stack([truth[name] for name in TARGETS], axis=1)
    wanted = wanted / wanted.std(axis=0)
    found = answers(CURVES, table, wanted, truth["session"] if by_session else None)
    r2 = r2_score(wanted, found, multioutput="raw_values")
    return np.append(r2, TREES.score(table, truth, by_session))


def difficulty_figures(count: int) -> Iterator[Row]:
    """Checks 18 and 23, R² alone and together, on three seeds; means and by seed."""
    made = [tables(count, seed) for seed in SEEDS]
    names = list(made[0][0])
    alone = {name: np.array([scores(features[name], truth) for features, truth in made]) for name in names}
    yield from (line for name in names for line in of_sensor(name, alone[name], count))
    for text, together, parts in (
        ("three sensors", "camera, sound, infrared", THREE),
        ("all usual sensors", "these and parameters", USUAL),
    ):
        best = np.max([alone[name].mean(axis=0) for name in parts], axis=0)
        for k, target in enumerate((*TARGETS, "penetration")):
            gain = alone[together][:, k].mean() - best[k]
            yield row(f"{text} less the best of them: {target}", gain, "", Goal(">=", 0.03))
    fused = alone["camera, sound, infrared"]
    at_random = [scores(f["camera, sound, infrared"], t, by_session=False) for f, t in made]
    gaps = 100 * (np.array(at_random) - fused)
    for k, target in enumerate((*TARGETS, "penetration")):
        note = f"by seed {listed(gaps[:, k], 1)}"
        goal = between(3, 8) if target == "penetration" else None
        yield row(f"23 random windows less sessions: {target}", gaps[:, k].mean(), "points", goal, note=note)
    yield from with_and_without_groups(count, gaps[:, 3])
    worst = max(float(truth["saturated"][0]) for _, truth in made)
    yield row("26 saturated values of the pool camera, most", worst, "", Goal("<=", 0.02))


def with_and_without_groups(count: int, usual: np.ndarray) -> Iterator[Row]:
    """Check 23 without group effects and with doubled ones, and the oracle; `usual` are the gaps at 1
    by seed."""
    three = ["camera, sound, infrared"]
    plain = [tables(count, seed, 0.0) for seed in SEEDS]
    told = "23 the same, penetration, "
    yield flattery(
        told + "without group effects", [joint(made, three) for made in plain], TREES.score, between(-1, 1)
    )
    left_out = f"free depth nearer than {MARGIN:g} of the plate to a limit"
    yield oracle([joint(made, (*USUAL, "arc")) for made in plain], TREES.score, count, left_out)
    twice = [joint(tables(count, SEEDS[0], 2.0), three)]
    yield growth(told + "group effects × 2", usual[:1], twice, TREES.score)


def joint(made: Tables, names: Sequence[str]) -> Data:
    """Some sensors' features side by side; truth of penetration, and whether it is clear."""
    features, truth = made
    near = np.abs(truth["ratio"][:, None] - np.array(labels.LIMITS)).min(axis=1)
    kept = {name: truth[name] for name in ("penetration", "session")}
    return np.hstack([features[name] for name in names]), kept | {"clear": near >= MARGIN}


def gap_of(made: Tables) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Random windows less sessions (points) of camera, sound and infrared, their scores with sessions held
    out, and those of all usual sensors."""
    features, truth = made
    table = features["camera, sound, infrared"]
    held = scores(table, truth)
    gap = 100 * (scores(table, truth, by_session=False) - held)
    return gap, held, scores(features["these and parameters"], truth)


def with_more_welds(count: int) -> Iterator[Row]:
    """Check 23 and the fused scores where the trees see more settings and sessions (one seed)."""
    gap, three, usual = gap_of(tables(count, SEEDS[0]))
    plain, without, _ = gap_of(tables(count, SEEDS[0], 0.0))
    for k, target in enumerate((*TARGETS, "penetration")):
        about = f"{count} welds, {target}"
        goal = Goal(">=", 0.95) if k < len(TARGETS) else None
        note = f"without group effects {without[k]:.3f}"
        yield row(f"{about}: camera, sound, infrared", three[k], "", goal, note=note)
        yield row(f"{about}: these and parameters", usual[k], "", goal)
        goals = (between(3, 8), between(-1, 1)) if target == "penetration" else (None, None)
        yield row(f"{about}: random windows less sessions", gap[k], "points", goals[0])
        yield row(f"{about}: the same without group effects", plain[k], "points", goals[1])


def of_sensor(name: str, found: np.ndarray, count: int) -> Iterator[Row]:
    """Rows of one table of features: (seeds, 4) R² and balanced accuracy."""
    for k, target in enumerate(TARGETS):
        note = f"by seed {listed(found[:, k], 2)}; {count} welds each"
        goal = R2_GOALS.get(name, Goal("<=", 0.92))
        yield row(f"{name}: R² of {target}", found[:, k].mean(), "", goal, note=note)
    limit = None if name in R2_GOALS else Goal("<=", 0.90)
    goal = Between(">=", 1 / 3, 0.03) if name == "noise" else limit
    note = f"by seed {listed(found[:, 3], 3)}"
    yield row(f"{name}: balanced accuracy of penetration", found[:, 3].mean(), "", goal, note=note)
