"""Repair, filter and window statistics as steps: they give what they say, and a config names them."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from weldfusion.config.load import load_settings
from weldfusion.errors import SignalError
from weldfusion.signals.band_filter import BandFilter
from weldfusion.signals.repair import RepairOutliers, UpperTrack
from weldfusion.signals.window_statistics import WindowStatistics

STEPS = [
    RepairOutliers(window_ms=5),
    UpperTrack(window_ms=20, percentile=85),
    BandFilter(low_hz=5, high_hz=200),
    WindowStatistics(window=20, statistics=["mean", "sd"]),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
@pytest.mark.parametrize("length", [10, 28, 29, 400])
def test_a_step_gives_what_it_says_or_refuses_before(step, length: int):
    noise = np.random.default_rng(0).normal(size=(2, length)).astype(np.float32)
    try:
        told = step.shape_after(2, length, Fraction(1000))
    except SignalError:
        with pytest.raises(SignalError):
            step(noise, Fraction(1000))
        return
    values, rate = step(noise, Fraction(1000))
    assert (*values.shape, rate) == told


def test_a_config_names_them(tmp_path: Path):
    file = tmp_path / "fit.yaml"
    file.write_text(
        """
data:
  root: x
  inputs:
    oct:
      steps:
        - {class_path: RepairOutliers, init_args: {window_ms: 5}}
        - {class_path: UpperTrack, init_args: {percentile: 85}}
        - {class_path: BandFilter, init_args: {low_hz: 5, high_hz: 200}}
        - {class_path: WindowStatistics, init_args: {statistics: [mean, sd]}}
""",
        encoding="utf-8",
    )
    settings, _ = load_settings([file])
    assert settings.data.inputs is not None
    given = settings.data.inputs["oct"]
    assert given is not None
    assert list(given.steps[:3]) == STEPS[:3]
    last = given.steps[3]
    assert isinstance(last, WindowStatistics)
    assert (last.window, list(last.statistics)) == (20, ["mean", "sd"])
