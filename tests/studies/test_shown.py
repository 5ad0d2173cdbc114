"""The figures that a study may ask for are those that an evaluation of such targets has."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from weldfusion.data.target import TargetSpec
from weldfusion.evaluation.evaluate import evaluate
from weldfusion.evaluation.join import join_windows
from weldfusion.studies.results import figures_of
from weldfusion.studies.shown import FIGURES, planned_figures
from weldfusion.studies.study import Row, Study

WELDS = 12


def windows_of(kind: str) -> pd.DataFrame:
    """One window of four steps (one for kinds without) of each weld, of two classes or of a number."""
    rng = np.random.default_rng(0)
    numbers, dense = kind in ("real", "curve"), kind in ("curve", "intervals")
    rows = []
    for weld in range(WELDS):
        for step in range(4 if dense else 1):
            for number, name in enumerate(("",) if numbers else ("pore", "good")):
                truth = rng.normal() if numbers else float((weld + step) % 2 == number)
                rows.append({
                    "weld": f"w{weld:02d}", "group": f"g{weld // 2}", "window": 0, "t0_s": 0.1 * step,
                    "t1_s": 0.1 * (step + 1), "x_mm": 0.0, "target": "t", "kind": kind, "class": name,
                    "truth": truth, "value": rng.random(), "lower": -1.0, "upper": 1.0,
                    "present": "sound", "fold": "fold1", "seed": 0, **({"step": step} if dense else {}),
                })  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize("kind", FIGURES)
def test_they_are_the_figures_of_an_evaluation(kind):
    windows = windows_of(kind)
    metrics = evaluate(windows, join_windows(windows), {}, 0, resamples=20)["targets"]["t"]
    assert set(metrics["weld"]["figures"]) == set(FIGURES[kind])
    assert metrics["headline"] in FIGURES[kind]


@pytest.mark.parametrize("kind", FIGURES)
def test_what_is_planned_is_what_an_evaluation_shows(kind):
    windows = windows_of(kind)
    metrics = evaluate(windows, join_windows(windows), {}, 0, resamples=20)
    classes = () if kind in ("real", "curve") else ("pore", "good")
    targets = {"t": TargetSpec("t", kind, classes=classes)}
    for asked in ({}, {"targets": ("t",)}, {"figures": FIGURES[kind][::2]}):
        study = Study(Path("s.yaml"), [Row("a")], **asked)
        assert planned_figures(study, targets) == figures_of(study, metrics)
