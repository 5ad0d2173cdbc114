"""A small explanation made up by hand: two folds, four sensors of all kinds, a class and a number."""

import numpy as np
import pandas as pd

from weldfusion.explain.explanation import (
    SHARE_COLUMNS,
    AttentionMap,
    AttributionMap,
    Axis,
    Explanation,
    TargetInfo,
    WeldTruth,
)

TARGETS = (
    TargetInfo("penetration", "class", "", ("LP", "PP", "FP")),
    TargetInfo("depth_mm", "real", "mm", ()),
)
SENSORS = ("noise", "photo", "photodiode", "sound")
STRENGTH = {"noise": 0.01, "photo": 0.05, "photodiode": 0.3, "sound": 0.15}
WINDOWS, WINDOW_S = 4, 0.05
WELDS = tuple(f"W{number:02d}" for number in range(12))
GROUPS = {weld: f"S{number // 2}" for number, weld in enumerate(WELDS)}
FOLDS = {weld: f"fold{number // 2 % 2}" for number, weld in enumerate(WELDS)}
DETAILED = WELDS[:2]


def made_explanation() -> Explanation:
    """Twelve welds in six groups; the photo of every third weld is absent. Two welds in detail."""
    return Explanation(
        targets=TARGETS,
        modalities=SENSORS,
        background="absent",
        shares=made_shares(),
        detailed=DETAILED,
        maps=tuple(m for weld in DETAILED for m in _maps(weld)),
        attention=tuple(_attention(weld) for weld in DETAILED),
        truths={weld: _truth(weld) for weld in DETAILED},
        figures=FIGURES,
        notes=("photodiode: its encoder takes plain statistics, so there is no map over time",),
    )


def made_shares() -> pd.DataFrame:
    generator = np.random.Generator(np.random.PCG64(4))
    rows = []
    for number, weld in enumerate(WELDS):
        for window in range(WINDOWS):
            for target in TARGETS:
                for k, label in enumerate(target.classes or ("",)):
                    rows += _one_output(weld, number, window, target, k, label, generator)
    return pd.DataFrame(rows, columns=list(SHARE_COLUMNS))


def _one_output(weld, number, window, target, k, label, generator) -> list[dict]:
    true = number % 3
    toward = {"class": 1.0 if k == true else -0.5, "real": float(true - 1)}[target.kind]
    base = 1 / 3 if target.kind == "class" else 4.0
    here = {name: not (name == "photo" and number % 3 == 2) for name in SENSORS}
    share = {
        name: strength * (toward + 0.3 * generator.standard_normal()) if here[name] else 0.0
        for name, strength in STRENGTH.items()
    }
    common = {
        "weld": weld,
        "group": GROUPS[weld],
        "window": window,
        "t0_s": window * WINDOW_S,
        "t1_s": (window + 1) * WINDOW_S,
        "x_mm": 100 * (window + 0.5) * WINDOW_S,
        "target": target.name,
        "kind": target.kind,
        "class": label,
        "truth": float(k == true) if target.kind == "class" else 3.0 + true,
        "base": base,
        "full": base + sum(share.values()),
        "fold": FOLDS[weld],
        "seed": 0,
    }
    return [common | {"modality": m, "present": here[m], "share": share[m]} for m in SENSORS]


def _outputs() -> list[tuple[str, str]]:
    return [(target.name, label) for target in TARGETS for label in target.classes or ("",)]


def _maps(weld: str) -> list[AttributionMap]:
    generator = np.random.Generator(np.random.PCG64([5, int(weld[1:])]))
    start = np.arange(WINDOWS) * WINDOW_S
    time = Axis("time", "s", (np.arange(16) + 0.5) / 16 * WINDOW_S)
    frequency = Axis("frequency", "Hz", np.geomspace(100.0, 8000.0, 5))
    pixels = (Axis("row", "px", np.arange(7) * 8 + 4.0), Axis("column", "px", np.arange(7) * 8 + 4.0))
    axes = {
        "noise": (time,),
        "sound": (frequency, time),
        "photo": (Axis("picture", "", np.arange(2.0)), *pixels),
    }
    made = []
    for target, label in _outputs():
        for modality, own in axes.items():
            shape = (WINDOWS, *(len(axis.centres) for axis in own))
            values = generator.standard_normal(shape).astype(np.float32)
            if modality == "photo":
                values[:, 1] = np.nan
            made.append(
                AttributionMap(
                    weld, FOLDS[weld], 0, modality, target, label, np.arange(WINDOWS), start, own, values,
                    (56, 56) if modality == "photo" else None,
                )
            )  # fmt: skip
    return made


def _attention(weld: str) -> AttentionMap:
    generator = np.random.Generator(np.random.PCG64([6, int(weld[1:])]))
    weights = generator.gamma(0.5, size=(WINDOWS, 16, 8)).astype(np.float32)
    return AttentionMap(
        weld, FOLDS[weld], 0, 0, "sound", "sound", "photodiode", np.arange(WINDOWS),
        np.arange(WINDOWS) * WINDOW_S,
        Axis("time", "s", (np.arange(16) + 0.5) / 16 * WINDOW_S),
        Axis("time", "s", (np.arange(8) + 0.5) / 8 * WINDOW_S),
        weights / weights.sum(axis=2, keepdims=True),
    )  # fmt: skip


def _truth(weld: str) -> WeldTruth:
    return WeldTruth(
        weld,
        np.array([0.03, 0.11]),
        ("full collapse", "root pinch-off"),
        np.array([0.028]),
        np.array([180.0]),
    )


_NO_INTERVAL = {"lower": None, "upper": None, "reason": "not estimable: only 3 groups"}
FIGURES = {
    "completeness": 2e-16,
    "shares": [
        {
            "target": target,
            "class": label,
            "modality": modality,
            "welds": 12,
            "groups": 6,
            "size": {"value": strength, "lower": 0.8 * strength, "upper": 1.2 * strength, "reason": ""},
            "portion": {"value": strength / 0.51, "lower": strength, "upper": 3 * strength, "reason": ""},
            "mean_when_predicted": {"value": strength, **_NO_INTERVAL},
        }
        for target, label in _outputs()
        for modality, strength in STRENGTH.items()
    ],
    "pointing": [
        {
            "target": "penetration",
            "class": "LP",
            "modality": "sound",
            "windows": 8,
            "hits": 5,
            "rate": {"value": 0.625, "lower": 0.4, "upper": 0.8, "reason": ""},
            "chance": 0.4,
        }
    ],
    "false_attribution": [
        {"target": "penetration", "modality": "noise", "portion": {"value": 0.02, **_NO_INTERVAL}}
    ],
}
