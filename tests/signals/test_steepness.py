"""Steepness of edges against the definition written as loops, and on steps, drifts and random walks."""

import numpy as np
import pytest

from weldfusion.signals.steepness import steepness


def by_definition(values, rises, falls, level, window):
    padded = np.pad(values, window, mode="edge")
    count = len(values)

    def change(place):
        middle = place + window
        return padded[middle : middle + window].mean() - padded[middle - window : middle].mean()

    half = window // 2
    smooth = np.pad(values, half, mode="edge")
    above = [smooth[i : i + 2 * half + 1].mean() > level for i in range(count)]
    crossings = [i for i in range(1, count) if above[i] != above[i - 1]]
    far = [
        abs(change(place))
        for place in range(window, count + 1 - window)
        if all(abs(place - other) > 2 * window for other in [*rises, *falls, *crossings])
    ]
    around = [range(max(e - window, 0), min(e + window, count) + 1) for e in (*rises, *falls)]
    at = [max((1 if i < len(rises) else -1) * change(p) for p in near) for i, near in enumerate(around)]
    return min(at) / np.quantile(far, 0.9)


@pytest.mark.parametrize("window", [1, 4, 7])
@pytest.mark.parametrize("seed", [0, 1])
def test_definition_place_by_place(window, seed):
    rng = np.random.default_rng(seed)
    values = np.repeat([0.0, 5.0, 0.0], [50, 90, 40]) + rng.normal(size=180)
    expected = by_definition(values, [50], [140], 2.5, window)
    assert steepness(values, [50], [140], 2.5, window) == pytest.approx(expected, rel=1e-9)


def test_a_pause_is_not_elsewhere():
    noise = np.random.default_rng(0).normal(size=600)
    values = np.repeat([0.0, 9.0, 0.0, 9.0, 0.0, 9.0, 0.0], [90, 80, 80, 90, 80, 90, 90]) + noise
    assert steepness(values, [90], [510], 4.5, 10) > 10


def test_nothing_elsewhere_and_a_flat_signal_elsewhere():
    assert steepness(np.repeat([0.0, 1.0], 8), [8], [], 0.5, 4) == np.inf
    assert steepness(np.repeat([0.0, 1.0], 100), [100], [], 0.5, 4) > 1e300
