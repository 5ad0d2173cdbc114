"""The steps of a window: a dense target (intervals, curve) has a truth and a prediction for each."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from weldfusion.data.target import TargetSpec
from weldfusion.errors import ConfigError, WeldfusionWarning

MOST_STEPS = 10_000


def with_steps(
    targets: Mapping[str, TargetSpec], window_s: Fraction | None, named: bool = True
) -> dict[str, TargetSpec]:
    """The targets with `steps` of a window of `window_s` seconds (None: whole welds of any length).

    A window is divided evenly into the whole number of steps nearest to what the card asks for. Where
    windows are whole welds, dense targets that the config does not name are left out with a warning.

    Args:
        named: whether the config names the targets; else they are all those of the card.

    Raises ConfigError where a named dense target has whole welds as windows, a step is longer than a
    window, or more than 10,000 steps are in one.

    >>> depth = TargetSpec("depth", "curve", "sample", step_s=0.005)
    >>> with_steps({"depth": depth}, Fraction(51, 1000))["depth"].steps
    10
    """
    dense = [name for name, target in targets.items() if target.dense]
    if window_s is None and not named and 0 < len(dense) < len(targets):
        warnings.warn(
            f"targets {', '.join(dense)} are left out: they are predicted in steps, which needs windows of "
            "one length (data.windows.length_s)",
            WeldfusionWarning,
            stacklevel=3,
        )
        targets = {name: target for name, target in targets.items() if not target.dense}
    return {name: replace(target, steps=_steps(target, window_s)) for name, target in targets.items()}


def _steps(target: TargetSpec, window_s: Fraction | None) -> int:
    if target.step_s is None:
        return 0
    about = f"{target.name} is predicted in steps of {target.step_s:g} s"
    if window_s is None:
        raise ConfigError(
            f"data.windows.length_s: is not set, but {about}, which needs windows of one length; set it, or "
            "leave the target out of data.targets"
        )
    steps = round(float(window_s) / target.step_s)
    if not 1 <= steps <= MOST_STEPS:
        raise ConfigError(
            f"data.windows.length_s: {about}, which gives {steps} steps in a window of {float(window_s):g} "
            f"s; valid: 1 to {MOST_STEPS}"
        )
    return steps


def step_edges(edges: np.ndarray, steps: int) -> np.ndarray:
    """Edges (windows, steps, 2) in seconds of the steps of windows with `edges` (windows, 2).

    >>> step_edges(np.array([[1.0, 3.0]]), 2).tolist()
    [[[1.0, 2.0], [2.0, 3.0]]]
    """
    start, end = edges[:, :1], edges[:, 1:]
    ticks = start + (end - start) * np.arange(steps + 1) / steps
    ticks[:, -1:] = end
    return np.stack([ticks[:, :-1], ticks[:, 1:]], axis=2)


def step_places(edges: np.ndarray, x_mm: np.ndarray, speed_mm_s: np.ndarray, steps: int) -> np.ndarray:
    """Place in mm (windows, steps) of the middle of each step on the seam; NaN where the speed is unknown.

    `x_mm` (windows,) is that of the windows' middles.
    """
    middle = step_edges(edges, steps).mean(axis=2)
    return x_mm[:, None] + speed_mm_s[:, None] * (middle - edges.mean(axis=1, keepdims=True))
