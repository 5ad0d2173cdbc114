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
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score, recall_score
from sklearn.model_selection import GroupKFold, StratifiedKFold, cross_val_predict

from weldfusion.simulate.busbar import labels
from weldfusion.simulate.busbar.figures import features_of_welds
from weldfusion.simulate.busbar.preset import BUSBAR, BUSBAR_CU, BusbarPreset
from weldfusion.simulate.busbar.process import Busbar
from weldfusion.simulate.busbar.seam import SimulatedSeam, simulate_seam
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.laser.figures import of_states
from weldfusion.simulate.laser.keyhole import aspect_ratio, beam_radius, keyhole_number
from weldfusion.simulate.laser.sensors import spectrometer
from weldfusion.simulate.laser.sensors.spectral_lines import LINES, boltzmann_temperature
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.record import SharedPicture

SEEDS = (101, 202, 303)
SINGLE = ("picture", "spectrometer", "parameters", "noise")
CHANCE = 1 / len(labels.STATES)


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
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Features by sensor, states and sessions of whole seams; not all seams are held in memory."""
    process, parts = Busbar(), []
    plan = plan_welds(process, count, seed, difficulty=Difficulty(group_scale=group_scale))
    states, sessions = [], []
    for begin in range(0, count, 24):
        welds = [process.weld(plan, index) for index in range(begin, min(begin + 24, count))]
        parts.append(features_of_welds(welds))
        states += [weld.labels.values["state"] for weld in welds]
        sessions += [weld.place.session for weld in welds]
    tables = {name: np.concatenate([part[name] for part in parts]) for name in SINGLE}
    tables["picture + spectrometer"] = np.hstack([tables["picture"], tables["spectrometer"]])
    return tables, np.array(states), np.array(sessions)


def difficulty_figures(count: int) -> Iterator[Row]:
    """Checks 18, 23: state of a seam by trees on plain features, sessions held out or seams at random."""
    scores: dict[str, list[float]] = {}
    recalls: dict[str, list[np.ndarray]] = {}
    for seed in SEEDS:
        tables, states, sessions = features(count, seed, 1.0)
        for name, table in tables.items():
            found = cross_val_predict(forest(), table, states, groups=sessions, cv=GroupKFold(6))
            scores.setdefault(name, []).append(balanced_accuracy_score(states, found))
            recalls.setdefault(name, []).append(
                recall_score(states, found, labels=labels.STATES, average=None)
            )
            if "+" in name:
                scores.setdefault("random", []).append(at_random(table, states))
    yield from single_sensors(scores, recalls, count)
    gap = [100 * (a - b) for a, b in zip(scores["random"], scores["picture + spectrometer"], strict=True)]
    note = "by seed " + ", ".join(f"{value:.1f}" for value in gap)
    yield row(
        "23 seams at random less sessions, both sensors", np.mean(gap), "points", between(3, 15), note=note
    )
    tables, states, sessions = features(count, SEEDS[0], 0.0)
    both = tables["picture + spectrometer"]
    found = cross_val_predict(forest(), both, states, groups=sessions, cv=GroupKFold(6))
    grouped = float(balanced_accuracy_score(states, found))
    yield row("without group effects: both sensors, by session", grouped, note="one seed")
    gap0 = 100 * (at_random(both, states) - grouped)
    yield row("23 the same, seams at random less sessions", gap0, "points", between(-3, 5), note="one seed")


def at_random(table: np.ndarray, states: np.ndarray) -> float:
    folds = StratifiedKFold(6, shuffle=True, random_state=0)
    return float(balanced_accuracy_score(states, cross_val_predict(forest(), table, states, cv=folds)))


def single_sensors(
    scores: dict[str, list[float]], recalls: dict[str, list[np.ndarray]], count: int
) -> Iterator[Row]:
    goals = {
        "noise": Between(">=", CHANCE, 0.05),
        "parameters": Goal("<=", 0.30),
        "picture + spectrometer": Goal(">=", 0.75),
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
    gain = 100 * (np.array(scores["picture + spectrometer"]) - best)
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
