from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from weldfusion.errors import SignalError
from weldfusion.signals.window_statistics import WindowStatistics, window_statistic


@pytest.mark.parametrize("name", ["mean", "sd", "min", "max"])
def test_equal_to_rolling_windows_of_pandas(name: str):
    values = np.random.default_rng(0).normal(1e6, 1, size=300)
    rolling = pd.Series(values - 1e6).rolling(20)
    expected = rolling.std(ddof=0) if name == "sd" else getattr(rolling, name)() + 1e6
    found = window_statistic(values, name, 20)  # type: ignore[arg-type]
    assert np.allclose(found[19:], expected[19:], rtol=0, atol=1e-8)
    assert np.array_equal(found[:19], np.repeat(found[19], 19))


def test_known_deviations():
    assert window_statistic(np.arange(50.0), "sd", 20) == pytest.approx(np.sqrt((20**2 - 1) / 12))
    sine = 3 * np.sin(2 * np.pi * np.arange(400) / 20)
    assert window_statistic(sine, "sd", 20) == pytest.approx(3 / np.sqrt(2))


def test_nothing_of_the_future_enters():
    values = np.random.default_rng(0).normal(size=200)
    changed = values.copy()
    changed[100:] += 5
    for name in ("mean", "sd", "range"):
        assert np.array_equal(
            window_statistic(values, name, 20)[:100], window_statistic(changed, name, 20)[:100]
        )


def test_step_stacks_the_statistics_of_each_channel():
    values = np.random.default_rng(0).normal(size=(2, 90))
    found, rate = WindowStatistics(window=9, statistics=["mean", "sd"])(values, Fraction(5))
    assert (found.shape, found.dtype, rate) == ((4, 90), np.float32, 5)
    assert np.allclose(found[3], window_statistic(values[1], "sd", 9), atol=1e-6)
    with pytest.raises(SignalError, match="did you mean mean"):
        WindowStatistics(statistics=["meen"])  # type: ignore[list-item]
    with pytest.raises(SignalError, match="at least 90"):
        window_statistic(np.zeros(20), "sd", 90)
