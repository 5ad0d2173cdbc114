"""Arc on and off against the instants that were put in, and on the robotic welds current against sound."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from skimage.filters import threshold_otsu

from weldfusion.errors import SignalError
from weldfusion.signals.arc import find_arc, otsu, sound_level


def current(seed: int, rate: float, noise: float) -> tuple[np.ndarray, float, float]:
    """8 s with an arc of 100 A; its instants lie anywhere between samples."""
    rng = np.random.default_rng(seed)
    begin, end = rng.uniform(1, 2), rng.uniform(6, 7)
    times = np.arange(round(8 * rate)) / rate
    return 100.0 * ((times >= begin) & (times < end)) + noise * rng.normal(size=len(times)), begin, end


@pytest.mark.parametrize(("rate", "noise"), [(9.0, 2.0), (1000.0, 30.0)])
def test_instants_and_their_deviations(rate: float, noise: float):
    scores = []
    for seed in range(60):
        values, begin, end = current(seed, rate, noise)
        arc = find_arc(values, rate)
        scores += [(arc.begin_s - begin) / arc.begin_sd_s, (arc.end_s - end) / arc.end_sd_s]
        assert abs(arc.begin_s - begin) < 8 / rate
        assert arc.off_level == pytest.approx(0, abs=noise)
        assert arc.on_level == pytest.approx(100, abs=noise)
    assert np.std(scores) == pytest.approx(1, abs=0.4)
    assert abs(np.mean(scores)) < 0.4


def test_sound_of_an_arc():
    rng = np.random.default_rng(0)
    values = rng.normal(size=80_000) * np.repeat([0.01, 0.2, 0.01], [20_000, 40_000, 20_000])
    level, per_s = sound_level(values, 8000.0)
    arc = find_arc(level, per_s)
    assert (arc.begin_s, arc.end_s) == pytest.approx((2.5, 7.5), abs=0.06)
    assert arc.on_level == pytest.approx(20 * np.log10(0.2), abs=0.3)


def test_an_ignition_that_goes_out_belongs_to_the_arc_and_a_glitch_does_not():
    values = np.zeros(300)
    values[50] = 150
    values[100:103] = 150
    values[106:250] = 150
    arc = find_arc(values, 10.0, shortest_s=1.0)
    assert (arc.begin_s, arc.end_s) == pytest.approx((9.95, 24.95), abs=1e-6)


def test_a_long_pause_lies_within_the_arc():
    arc = find_arc(np.repeat([0.0, 150.0, 0.0, 150.0, 0.0], [50, 80, 40, 80, 50]), 10.0)
    assert (arc.begin_s, arc.end_s) == pytest.approx((4.95, 24.95), abs=1e-6)


def test_an_edge_outside_the_recording_has_no_deviation():
    arc = find_arc(np.repeat([180.0, 0.0], [100, 50]), 10.0)
    assert (arc.begin_s, np.isnan(arc.begin_sd_s)) == (0, True)
    assert arc.end_s == pytest.approx(9.95)


def test_threshold_divides_as_that_of_scikit_image():
    rng = np.random.default_rng(0)
    values = np.r_[rng.normal(0, 1, 500), rng.normal(6, 1, 300)]
    edge = threshold_otsu(values, nbins=256) + np.ptp(values) / 512  # its threshold is the middle of a bin
    assert np.array_equal(values > otsu(values), values > edge)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.random.default_rng(0).normal(size=500), "no (arc|clear arc) on or"),
        (np.ones(100), "no arc on or off"),
        (np.r_[np.zeros(50), np.nan], "NaN"),
        (np.zeros((2, 100)), "one channel"),
    ],
)
def test_no_arc_to_be_found(values: np.ndarray, message: str):
    with pytest.raises(SignalError, match=message):
        find_arc(values, 100.0)


def accepted(made: Iterable[np.ndarray], rate: float) -> float:
    """Share of the signals in which an arc is found."""
    found = []
    for values in made:
        try:
            find_arc(values, rate)
            found.append(True)
        except SignalError:
            found.append(False)
    return float(np.mean(found))


def test_most_random_walks_are_no_arc():
    """Two levels are told apart in more than half of them."""
    for length, most in ((160, 0.2), (2400, 0.12)):
        walks = [np.cumsum(np.random.default_rng(seed).normal(size=length)) for seed in range(150)]
        assert accepted(walks, 20.0) <= most


@pytest.mark.parametrize("rate", [10.0, 1000.0])
def test_a_ramp_is_no_arc(rate: float):
    with pytest.raises(SignalError, match=r"change only 1\.00 times as fast .* they drift"):
        find_arc(np.linspace(0, 1, round(8 * rate)), rate)


@pytest.mark.parametrize("rate", [9.0, 100.0])
@pytest.mark.parametrize("slope_s", [0.0, 0.5, 1.0])
def test_currents_that_rise_slowly_are_arcs(rate: float, slope_s: float):
    times = np.arange(round(20 * rate)) / rate
    shape = np.clip((times - 3) / max(slope_s, 1e-9), 0, 1) * np.clip((17 - times) / max(slope_s, 1e-9), 0, 1)
    made = [100 * shape + 20 * np.random.default_rng(seed).normal(size=len(shape)) for seed in range(40)]
    assert accepted(made, rate) == 1


@pytest.mark.parametrize("hertz", [0.5, 1.0, 2.0, 5.0])
def test_pulsed_currents_are_arcs(hertz: float):
    times = np.arange(1600) / 100
    pulses = np.where((times * hertz) % 1 < 0.5, 150.0, 60.0) * ((times > 2.1) & (times < 13.7))
    made = [pulses + 5 * np.random.default_rng(seed).normal(size=1600) for seed in range(10)]
    assert accepted(made, 100.0) == 1


@pytest.mark.real_data
def test_current_and_sound_of_robotic_welds_agree(real_data: Callable[[str], Path]):
    """They were started by hand, so their clocks differ; the arc lasts as long in both."""
    off = []
    for path in sorted(real_data("robotic_weld_runs").rglob("runs/*/*.flac")):
        table = pd.read_csv(path.with_suffix(".csv"))
        seconds = (pd.to_timedelta(table["Time"]) - pd.to_timedelta(table["Time"][0])).dt.total_seconds()
        grid = np.arange(0, seconds.iloc[-1], 1 / 9)
        electric = find_arc(np.interp(grid, seconds, table["Primary Weld Current"]), 9.0)
        sound, rate = soundfile.read(path)
        try:
            heard = find_arc(*sound_level(sound, rate))
        except SignalError:
            continue
        off.append(heard.end_s - heard.begin_s - (electric.end_s - electric.begin_s))
    assert len(off) >= 20
    assert np.median(np.abs(off)) < 0.1
    assert np.mean(np.abs(off) < 0.2) >= 0.85
