"""Sound of simulated arc welds, CMT and robot MAG, beside recordings."""

import os
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
import soundfile
from harness import Goal, Row, row
from simulator_goals import Between, between

from weldfusion.simulate.cmt.design import Design, draw_joint
from weldfusion.simulate.cmt.figures import sound_figures
from weldfusion.simulate.cmt.inputs import draw_inputs
from weldfusion.simulate.cmt.pool import wire_for_depth
from weldfusion.simulate.cmt.preset import CMT, ROBOT_MAG, ArcPreset
from weldfusion.simulate.cmt.sensors import microphone
from weldfusion.simulate.cmt.states import simulate_states
from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.sensors.clock import Clock

SEEDS = (101, 102, 103)
CLASSES = ("Non_penetration", "Full_penetration", "Excessive_penetration")
DEPTHS_M = {"Non_penetration": 2.0e-3, "Full_penetration": 3.0e-3, "Excessive_penetration": 4.0e-3}
SPEED_M_S, GAP_M = 5e-3, 0.4e-3
FIGURES = ("kurtosis", "line_hz", "line", "clip_cv", "clip_memory")
SHARES = (20, 200, 500, 1_000, 2_000, 4_000, 8_000)
GOALS: Mapping[str, Goal] = {
    "kurtosis": between(3.0, 3.4),
    "line": between(4, 15),
    "clip_cv": between(0.07, 0.11),
    "share_8000": Goal("<=", 0.001),
}
OURS: Mapping[str, Goal] = {"line_hz": between(60, 95), "clip_memory": between(0.3, 0.5)}
SHARE_POINTS = 0.06
WORDS = {
    "kurtosis": "kurtosis",
    "line_hz": "envelope's line (Hz)",
    "line": "envelope's line over the median",
    "clip_cv": "variation of the RMS of clips",
    "clip_memory": "correlation with the tenth next clip",
} | {
    f"share_{low}": f"share {low}-{high} Hz" for low, high in zip(SHARES, (*SHARES[1:], 22_050), strict=True)
}


def sound_of(preset: ArcPreset, depth_m: float, seconds: float, seed: int) -> np.ndarray:
    """The sound of one long weld of a nominal depth, without group effects and with small disturbances."""
    groups = Groups(seed, preset.process, Place("m1", "m1s1", "m1s1w1", 0.0), 0.0)
    design = Design(wire_for_depth(depth_m, SPEED_M_S, GAP_M), SPEED_M_S, GAP_M, depth_m)
    joint, rng = draw_joint(preset, design, groups), np.random.default_rng(seed)
    inputs = draw_inputs(joint, design, seconds, 0.3, rng)
    states = simulate_states(joint, inputs, SPEED_M_S, preset, rng)
    setup, clock = microphone.setup(groups, 1.0), Clock(microphone.RATE)
    sound = microphone.record(states, setup, clock, np.zeros((0, 2)), rng)[0]
    return sound[microphone.RATE // 10 : round((seconds - 0.1) * microphone.RATE)]


def recorded() -> dict[str, np.ndarray]:
    """The clips of each class joined in order, if WELDFUSION_REAL_DATA is set."""
    folder = os.environ.get("WELDFUSION_REAL_DATA")
    if not folder:
        print("recordings left out: WELDFUSION_REAL_DATA is not set")
        return {}
    with zipfile.ZipFile(Path(folder) / "cmt_arc_sound.zip") as clips:
        files = sorted(name for name in clips.namelist() if name.endswith(".flac"))
        read = {name: soundfile.read(BytesIO(clips.read(name)))[0] for name in files}
    return {kind: np.concatenate([read[name] for name in files if name.startswith(kind)]) for kind in CLASSES}


def sound_rows(seconds: float) -> Iterator[Row]:
    """Check 20: the recordings and ours, class by class, then the mean of the classes."""
    real = {kind: sound_figures(sound, microphone.RATE) for kind, sound in recorded().items()}
    ours = {
        kind: sound_figures(sound_of(CMT, depth, seconds, SEEDS[0]), microphone.RATE)
        for kind, depth in DEPTHS_M.items()
    }
    for name in (*FIGURES, *(f"share_{low}" for low in SHARES)):
        for kind in CLASSES:
            told = kind.replace("_", " ").lower()
            if real:
                yield row(f"20 {WORDS[name]}, {told}: recorded", real[kind][name])
            goal = GOALS.get(name) or OURS.get(name)
            if goal is None and real:
                goal = Between(">=", real[kind][name], SHARE_POINTS)
            yield row(f"20 {WORDS[name]}, {told}: simulated", ours[kind][name], "", goal)


def robot_rows(seconds: float) -> Iterator[Row]:
    """Robot MAG: kurtosis of the middle of each recorded run, and of ours."""
    folder = os.environ.get("WELDFUSION_REAL_DATA")
    if folder:
        with zipfile.ZipFile(Path(folder) / "robotic_weld_runs.zip") as runs:
            files = [name for name in runs.namelist() if name.endswith(".flac")]
            found = [_middle(BytesIO(runs.read(name))) for name in files]
        quartiles = np.percentile(found, [25, 50, 75])
        note = f"{len(found)} runs, quartiles {quartiles[0]:.0f} to {quartiles[2]:.0f}"
        yield row("robot_mag kurtosis, recorded (median of runs)", quartiles[1], note=note)
    made = [
        sound_figures(sound_of(ROBOT_MAG, depth, seconds, seed), microphone.RATE)["kurtosis"]
        for depth, seed in zip(DEPTHS_M.values(), SEEDS, strict=True)
    ]
    yield row("robot_mag kurtosis, simulated (median)", np.median(made), "", between(60, 520))


def _middle(file: BytesIO) -> float:
    """Kurtosis of the middle half, where the arc burns."""
    sound, rate = soundfile.read(file)
    quarter = len(sound) // 4
    return sound_figures(sound[quarter:-quarter], rate)["kurtosis"]
