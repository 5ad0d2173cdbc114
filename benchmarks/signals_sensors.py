"""Variance inflation beside a loop of statsmodels."""

import numpy as np
from harness import Goal, Row, interleave, row, spread
from statsmodels.stats.outliers_influence import variance_inflation_factor

from weldfusion.signals.collinearity import variance_inflation

PEER = "statsmodels"


def measure(quick: bool) -> list[Row]:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(1_000 if quick else 10_000, 20)) @ rng.normal(size=(20, 20))
    design = np.c_[np.ones(len(table)), table]

    def loop() -> np.ndarray:
        return np.array([variance_inflation_factor(design, column) for column in range(1, 21)])

    times = interleave({"ours": lambda: variance_inflation(table), "peer": loop}, 3 if quick else 15)
    ratio = float(np.median(times["peer"]) / np.median(times["ours"]))
    off = float(np.max(np.abs(variance_inflation(table) / loop() - 1)))
    name = f"variance inflation, {len(table)} x 20"
    return [
        row(name, ratio, "times faster", Goal(">=", 100), PEER, note=spread(times["ours"])),
        row(f"{name}, largest difference", off, "relative", Goal("<=", 1e-9), PEER),
    ]
