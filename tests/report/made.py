"""A made-up evaluation for tests of the report: a class and a force, three windows to a weld."""

import numpy as np
import pandas as pd

from tests.evaluation.made import class_data, long_frame
from weldfusion.data.finding import Finding
from weldfusion.evaluation.evaluate import evaluate
from weldfusion.evaluation.join import join_windows
from weldfusion.report.evaluation import Background, evaluation_report
from weldfusion.report.signals import SignalView

HOSTILE = "<script>alert('x')</script> & $\\frac"
CLASSES = ("ok", HOSTILE, "oil contamination")


def made_frames(welds: int, skill: float, key: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Per window and per weld, both targets."""
    groups = 20
    flags, _, _ = class_data(welds, 3, groups, key=0)
    flags = np.repeat(flags, 3, axis=0)
    generator = np.random.Generator(np.random.PCG64(key))
    logits = generator.normal(size=flags.shape) + skill * flags
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    group = np.array([f"day {i // 3 % groups + 1:02d}" for i in range(3 * welds)], dtype=object)
    classes = long_frame(flags, probability, group, CLASSES, "class", "quality", seed, windows=3)
    force = 300 + 80 * np.repeat(np.random.Generator(np.random.PCG64(9)).normal(size=welds), 3)[:, None]
    value = force + 120 / (skill + 1) * generator.normal(size=force.shape)
    real = long_frame(force, value, group, target="force", seed=seed, windows=3)
    real["lower"], real["upper"] = real["value"] - 60, real["value"] + 60
    frame = pd.concat([classes, real], ignore_index=True)
    weld = frame["weld"].str[1:].astype(int)
    frame["fold"] = "fold-" + (weld % groups % 5).astype(str)
    return frame, join_windows(frame)


def made_signals(weld: str) -> dict[str, SignalView]:
    generator = np.random.Generator(np.random.PCG64(int(weld[1:])))
    time = np.arange(15_000) / 10_000
    sound = 0.2 * generator.normal(size=time.shape) * (1 + np.sin(7 * time))
    curves = np.stack([time * np.exp(-2 * time), np.sqrt(time)])[:, ::10]
    photos = generator.integers(0, 255, size=(3, 200, 300, 3), dtype=np.uint8)
    return {
        "sound": SignalView("waveform", sound[None], 10_000.0, "Pa"),
        "curves": SignalView("waveform", curves, 1000.0, "", ("power", "force")),
        "photo": SignalView("image", photos),
        "settings": SignalView("table", np.array([3.5, 120.0]), channels=("feed", "current")),
    }


def made_report(welds: int, resamples: int = 200):
    """Metrics and elements of the page."""
    seeds = [made_frames(welds, 3.0, 1), made_frames(welds, 2.8, 2, seed=1)]
    ours = [pd.concat([seed[i] for seed in seeds], ignore_index=True) for i in (0, 1)]
    baselines = {
        "majority or mean": made_frames(welds, 0.0, 3),
        "linear, all sensors": made_frames(welds, 1.5, 4),
        "extra trees, all sensors": made_frames(welds, 2.0, 5),
        "extra trees, sound alone": made_frames(welds, 1.0, 6),
    }
    metrics = evaluate(*ours, baselines, seed=0, resamples=resamples)
    history = pd.DataFrame({"epoch": np.arange(1, 31), "lr": 1e-3})
    history["train_loss"] = np.exp(-history["epoch"] / 10)
    history["select_loss"] = history["train_loss"] + 0.1 + 0.002 * history["epoch"]
    one = ours[1][["fold", "weld", "group"]].drop_duplicates()
    split = pd.concat(
        [
            one[["weld", "group"]].assign(fold=fold, part=np.where(one["fold"] == fold, "test", "fit"))
            for fold in sorted(one["fold"].unique())
        ]
    )
    background = Background(
        split=split,
        card_summary={
            "data": [
                {"field": "name", "value": "made up"},
                {"field": "process", "value": "52 Laser welding"},
            ],
            "classes": [{"class": name, "welds": 10, "ISO 6520-1": ""} for name in CLASSES],
        },
        findings=[
            Finding("warning", "clipped", "12 samples at full scale", "sound/w0003.wav", field="sound")
        ],
        histories={f"fold-{f}-seed{s}": history for f in range(5) for s in range(2)},
        units={"force": "N"},
        about={"run": "runs/made-up", "command": "weldfusion fit --config cafnet.yaml"},
    )
    return metrics, evaluation_report(metrics, *ours, background, made_signals)
