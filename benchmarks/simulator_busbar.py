"""The busbar simulator: the stated ranges that apply to it, how hard its data are, and its speed, on seeds
that were not used to choose the numbers. `docs/simulator_busbar.md` tells what is still missed."""

import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from inspect import signature
from pathlib import Path

import numpy as np
from harness import Goal, Row, row, run
from simulator import Between, between
from simulator_groups import Truth, flattery, growth, oracle
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score, recall_score
from sklearn.model_selection import GroupKFold, StratifiedKFold, cross_val_predict

from weldfusion.simulate.busbar import labels
from weldfusion.simulate.busbar.figures import features_of_welds
from weldfusion.simulate.busbar.preset import BUSBAR, BUSBAR_CU, BusbarPreset
from weldfusion.simulate.busbar.process import Busbar
from weldfusion.simulate.busbar.seam import SEAMS, SimulatedSeam, simulate_seam
from weldfusion.simulate.busbar.states import SeamStates
from weldfusion.simulate.busbar.weld import simulate_pair
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.laser.figures import of_states
from weldfusion.simulate.laser.keyhole import aspect_ratio, beam_radius, keyhole_number
from weldfusion.simulate.laser.sensors import spectrometer
from weldfusion.simulate.laser.sensors.spectral_lines import LINES, boltzmann_temperature
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.record import SharedPicture

SEEDS = (101, 202, 303)
SINGLE = ("picture", "spectrometer", "parameters", "noise")
BOTH = "picture + spectrometer"
CHANCE = 1 / len(labels.STATES)
MARGIN = 0.10


def closed_forms() -> Iterator[Row]:
    """Checks 5 and 19: depth out of focus, lines of a steady plume."""
    for focus, depth in ((0, 4.79), (2, 4.28), (4, 3.10), (6, 1.80)):
        radius = beam_radius(BUSBAR.beam.waist_m, focus * 1e-3, BUSBAR.beam.rayleigh_m)
        number = keyhole_number(4e3, 0.12, radius, BUSBAR.material)
        found = 1e3 * radius * aspect_ratio(number, BUSBAR.material)
        yield row(f"5 depth {focus} mm out of focus", float(found), "mm", Between(">=", depth, 0.01))
    copper = tuple(line for line in LINES if line.species == "Cu")
    vapour = replace(BUSBAR.material, radiation=replace(BUSBAR.material.radiation, vapour={"Cu": 0.30}))
    strength = spectrometer.line_heights(vapour, np.array([5200.0]), np.zeros(1))[0]
    found = float(boltzmann_temperature(copper, strength))
    yield row("19 temperature from three Cu lines, 5200 K put in", found, "K", Between(">=", 5200, 1))
    for name, material in (("aluminium", BUSBAR.material), ("copper", BUSBAR_CU.material)):
        lines = spectrometer.lines_of(material)
        dry, wet = (
            spectrometer.line_heights(material, np.array([kelvin]), np.array([water]))[0]
            for kelvin, water in ((5200.0, 0.0), (0.95 * 5200.0, 1.0))
        )
        at = [line.species for line in lines].index("H")
        yield row(f"19 Balmer-alpha, wet over dry, {name}", wet[at] / dry[at], "", between(6, 12))
        clean = dry @ spectrometer.line_profiles(lines) + spectrometer.continuum()
        oiled = clean + 0.4 * spectrometer.continuum() + spectrometer.oil_bands()
        near = int(np.abs(spectrometer.WAVELENGTHS_NM - 515).argmin())
        goal = between(2, 3.2) if name == "aluminium" else None
        yield row(f"19 light at 515 nm, oil over clean, {name}", oiled[near] / clean[near], "", goal)
    taken = list(signature(labels.state).parameters)
    alone = float(taken == ["states", "base_power_w", "defocus_m"])
    yield row("16 the label is given states and two set numbers only", alone, "", Goal(">=", 1))


def make(preset: BusbarPreset, count: int, seed: int) -> list[SimulatedSeam]:
    plan = plan_welds(Busbar(preset), count, seed, ["parameters"])
    return [simulate_seam(plan, preset, index) for index in range(count)]


def state_figures(count: int) -> Iterator[Row]:
    """Shares of the seven states, and checks 6, 13 and 15 on their states."""
    for preset in (BUSBAR, BUSBAR_CU):
        seams = [seam for seed in SEEDS for seam in make(preset, count, seed)]
        states = [labels.state(seam.states, preset.power_w, preset.defocus_m) for seam in seams]
        for name in labels.STATES:
            share = states.count(name) / len(states)
            goal = between(0.07, 0.25) if preset is BUSBAR else None
            yield row(f"{preset.version}: share of {name}", share, "", goal)
        true = [
            state == {"none": "baseline", "wide gap": "cold_weld"}.get(cause, cause.replace(" ", "_"))
            for seam, state in zip(seams, states, strict=True)
            if (cause := seam.design.cause)
        ]
        yield row(f"{preset.version}: planned causes that come true", float(np.mean(true)))
        yield from keyhole_figures(preset.version, seams)


def keyhole_figures(version: str, seams: Sequence[SimulatedSeam]) -> Iterator[Row]:
    states = [seam.states.weld for seam in seams]
    ratio = np.median(of_states.oscillation_ratios(states))
    yield row(f"{version}: 6 peak of the depth's spectrum over f_k", ratio, "", between(0.95, 1.05))
    found = of_states.collapses(states)
    yield row(f"{version}: 13 collapses per second", found["per second"], "1/s", between(2, 6))
    yield row(f"{version}: 13 shortest interval", 1e3 * found["shortest interval"], "ms", Goal(">=", 3.0))
    melted = max(of_states.melted_share(some).max() for some in states)
    yield row(f"{version}: 15 melted over absorbed power, largest", melted, "", Goal("<=", 0.48))
    width = min((some.heat.pool_width_m.values / some.heat.radius_m.values).min() for some in states)
    yield row(f"{version}: 15 pool width over beam radius, smallest", width, "", Goal(">=", 3.0))
    length = [1e3 * some.heat.pool_length_m.values.mean() for some in states]
    note = f"{min(length):.1f} to {max(length):.1f} mm"
    yield row(f"{version}: pool length, median", float(np.median(length)), "mm", note=note)


def forest() -> ExtraTreesClassifier:
    return ExtraTreesClassifier(
        200, min_samples_leaf=2, max_features=0.15, class_weight="balanced", random_state=0, n_jobs=1
    )


def features(
    count: int, seed: int, group_scale: float
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Features by sensor and truth of whole seams; not all seams are held in memory."""
    process, parts = Busbar(), []
    plan = plan_welds(process, count, seed, difficulty=Difficulty(group_scale=group_scale))
    truth: dict[str, list[object]] = {"state": [], "session": [], "clear": []}
    for begin in range(0, count, 24):
        welds = []
        for index in range(begin, min(begin + 24, count)):
            welds.append(process.weld(plan, index))
            pair = simulate_pair(plan, process.preset, index // SEAMS, process.picture_px)
            truth["clear"].append(clear(pair.seams[index % SEAMS].states))
        parts.append(features_of_welds(welds))
        truth["state"] += [weld.labels.values["state"] for weld in welds]
        truth["session"] += [weld.place.session for weld in welds]
    tables = {name: np.concatenate([part[name] for part in parts]) for name in SINGLE}
    tables[BOTH] = np.hstack([tables["picture"], tables["spectrometer"]])
    return tables, {name: np.array(values) for name, values in truth.items()}


def clear(states: SeamStates) -> bool:
    """Whether nothing that tells the state is nearer to its limit than the margin: power, gap and focus in
    parts of their limits; cold and filmed lengths in parts of the seam."""
    of_limit = (
        states.weld.heat.power_w.values.mean() / (labels.LOW_POWER * BUSBAR.power_w),
        states.gap_m.values.mean() / (labels.LOW_GAP * states.sheet_m),
        abs(states.focus_m.values.mean()) / BUSBAR.defocus_m,
    )
    beyond = (
        labels.cold_share(states) - labels.COLD_SHARE,
        *(
            labels.film_share(film) - labels.FILM_SHARE
            for film in (states.weld.film.water, states.weld.film.oil)
        ),
    )
    return min(*(abs(part - 1) for part in of_limit), *(abs(share) for share in beyond)) >= MARGIN


def difficulty_figures(count: int) -> Iterator[Row]:
    """Checks 18, 23: state of a seam by trees on plain features, sessions held out or seams at random."""
    scores: dict[str, list[float]] = {}
    recalls: dict[str, list[np.ndarray]] = {}
    for seed in SEEDS:
        tables, truth = features(count, seed, 1.0)
        for name, table in tables.items():
            found = answers(table, truth, True)
            scores.setdefault(name, []).append(balanced_accuracy_score(truth["state"], found))
            recalls.setdefault(name, []).append(
                recall_score(truth["state"], found, labels=labels.STATES, average=None)
            )
        scores.setdefault("random", []).append(score(tables[BOTH], truth, False))
    yield from single_sensors(scores, recalls, count)
    gap = [100 * (a - b) for a, b in zip(scores["random"], scores[BOTH], strict=True)]
    note = "by seed " + ", ".join(f"{value:.1f}" for value in gap)
    yield row(
        "23 seams at random less sessions, both sensors", np.mean(gap), "points", between(3, 8), note=note
    )
    yield from with_and_without_groups(count, gap)


def with_and_without_groups(count: int, usual: Sequence[float]) -> Iterator[Row]:
    """Check 23 without group effects and with doubled ones, and the oracle; `usual` are the gaps at 1
    by seed."""
    made = [features(count, seed, 0.0) for seed in SEEDS]
    plain = [(tables[BOTH], truth) for tables, truth in made]
    yield flattery("23 the same, without group effects", plain, score, between(-1, 1))
    left_out = (
        f"power, gap or focus nearer than {100 * MARGIN:g} % to its limit, cold or filmed length than "
        f"{100 * MARGIN:g} % of the seam"
    )
    every = [(np.hstack([tables[BOTH], tables["parameters"]]), truth) for tables, truth in made]
    yield oracle(every, score, count, left_out)
    tables, truth = features(count, SEEDS[0], 2.0)
    twice = [(tables[BOTH], truth)]
    yield growth("23 the same, group effects × 2", usual[:1], twice, score)


def answers(table: np.ndarray, truth: Truth, by_session: bool) -> np.ndarray:
    folds = GroupKFold(6) if by_session else StratifiedKFold(6, shuffle=True, random_state=0)
    groups = truth["session"] if by_session else None
    return cross_val_predict(forest(), table, truth["state"], groups=groups, cv=folds)


def score(table: np.ndarray, truth: Truth, by_session: bool) -> float:
    return float(balanced_accuracy_score(truth["state"], answers(table, truth, by_session)))


def single_sensors(
    scores: dict[str, list[float]], recalls: dict[str, list[np.ndarray]], count: int
) -> Iterator[Row]:
    goals = {
        "noise": Between(">=", CHANCE, 0.05),
        "parameters": Goal("<=", 0.30),
        BOTH: Goal(">=", 0.75),
    }
    for name, values in scores.items():
        if name == "random":
            continue
        said = zip(labels.STATES, np.mean(recalls[name], axis=0), strict=True)
        note = "; ".join(f"{state} {value:.2f}" for state, value in said)
        by_seed = ", ".join(f"{value:.3f}" for value in values)
        yield row(
            f"{name}: balanced accuracy of the state, sessions held out",
            float(np.mean(values)),
            "",
            goals.get(name, Goal("<=", 0.90)),
            note=f"by seed {by_seed}, {count} seams each; recall {note}",
        )
    best = np.maximum(scores["picture"], scores["spectrometer"])
    gain = 100 * (np.array(scores[BOTH]) - best)
    yield row(
        "both sensors less the better one",
        gain.mean(),
        "points",
        Goal(">=", 5),
        note=f"least {gain.min():.1f}",
    )


def whole_sets(count: int) -> Iterator[Row]:
    """Checks 24 to 26: bytes on disk for 1 and 4 processes, time, size, saturated pixels."""
    with tempfile.TemporaryDirectory() as parent:
        written = []
        for processes in (1, 4):
            out = Path(parent) / str(processes)
            command = [sys.executable, "-m", "weldfusion", "simulate", "busbar", str(out), "--welds", "8"]
            subprocess.run([*command, "--processes", str(processes)], check=True, stdout=subprocess.DEVNULL)
            written.append(hashes(out))
        same = float(written[0] == written[1])
        yield row("24 1 and 4 processes write the same bytes", same, "", Goal(">=", 1))
        size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 8e6
        yield row("size on disk", size, "MB per seam", Goal("<=", 10))
    process = Busbar()
    plan, begin = plan_welds(process, count, SEEDS[0]), time.process_time()
    welds = [process.weld(plan, index) for index in range(count)]
    seconds = 48 / count * (time.process_time() - begin)
    yield row("25 48 seams, all sensors, not written", seconds, "s of one core", Goal("<=", 60))
    shared = [picture for weld in welds for picture in weld.pictures["picture"]]
    pixels = [one.pixels if isinstance(one, SharedPicture) else one for one in shared]
    full = max(float((some == 255).mean()) for some in pixels)
    yield row("26 saturated pixels of a picture, most", full, "", Goal("<=", 0.02), note=f"{count} seams")
    whole = all(np.isfinite(weld.recordings["spectrometer"].values).all() for weld in welds)
    yield row("26 all values finite", float(whole), "", Goal(">=", 1))


def hashes(folder: Path) -> str:
    total = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return total.hexdigest()


def measure(quick: bool) -> list[Row]:
    return [
        *closed_forms(),
        *state_figures(24 if quick else 240),
        *whole_sets(8 if quick else 48),
        *difficulty_figures(48 if quick else 240),
    ]


if __name__ == "__main__":
    raise SystemExit(run("simulator_busbar", __doc__, measure))
