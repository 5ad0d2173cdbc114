"""The camera: when frames are taken, that a window gets a triple, and that the scene shows the states."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.data.settings import DataSettings, Input, Windows
from weldfusion.simulate.cmt.process import GroovedArc
from weldfusion.simulate.cmt.sensors import camera
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.data_set import write_data_set
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.sensors.clock import Clock

PIXELS = 128
NO_DROPOUT = np.zeros((0, 2))
PER_MM = PIXELS / 12.8
ROW = PIXELS // 2


def frames_of(states, groups, seed: int = 0, noise: float = 0.0) -> np.ndarray:
    setup = replace(camera.setup(groups, noise, PIXELS), haze=0.0)
    return camera.record(states, setup, Clock(30.0), NO_DROPOUT, np.random.default_rng(seed)).astype(float)


def test_triples_are_1_ms_apart_and_within_one_wait(steady) -> None:
    states = steady()
    times = camera.instants(states, Clock(30.0, 0.002, 20.0)).reshape(-1, 3)
    assert np.diff(times, axis=1) == pytest.approx(np.full((len(times), 2), 1e-3))
    during = times[times[:, 0] < states.duration_s - 0.02]
    phase = states.arc.phase(during)
    assert np.all((phase > 0.63) & (phase < 0.94))
    assert np.all(states.arc.voltage(during.ravel()) < 5)
    blocks = 0.002 + 0.1 * np.arange(len(during))
    assert np.all((during[:, 0] > blocks - 1e-4) & (during[:, 0] < blocks + 0.04))


def test_a_window_of_100_ms_holds_one_triple(tmp_path: Path) -> None:
    """Whatever the clock of the session, all three frames of a window show the same plate."""
    process = GroovedArc(picture_px=32)
    plan = plan_welds(process, 12, 4, ["camera", "microphone"], weld_s=1.0)
    root = write_data_set(process, plan, tmp_path / "welds", progress=False)
    inputs = {"camera": Input(frames=3), "microphone": None}
    windows = WeldWindows(read_dataset(root), DataSettings(inputs=inputs, windows=Windows(length_s=0.1)))
    batch = windows.__getitems__(range(len(windows)))
    frames = batch.inputs["camera"][:, :, 0].numpy()
    welds = {weld.id: np.load(weld.files["camera"][0]) for weld in read_dataset(root).welds}
    triples = [whole[first : first + 3] for whole in welds.values() for first in range(0, len(whole), 3)]
    known = np.stack(triples).astype(float).reshape(len(triples), -1)
    for window in frames.reshape(len(frames), -1):
        assert np.abs(known - window).max(axis=1).min() == 0


def test_the_pool_is_as_wide_as_the_state_says(steady, plain_groups) -> None:
    widths = []
    for wire in (4 / 60, 8 / 60):
        states = steady(wire)
        middle = frames_of(states, plain_groups)[30:60].mean(axis=0)
        column = middle[:, round(PIXELS - (4.0 + 1.0) * PER_MM)]
        seen = (column > column.min() + 0.5 * (np.median(column[column > 60]) - column.min())).sum() / PER_MM
        widths.append((seen, 1e3 * states.width_m.values.mean()))
    for seen, true in widths:
        assert seen == pytest.approx(true, rel=0.12)


def test_a_gap_ahead_is_dark_and_wider_where_it_is_wider(steady, plain_groups) -> None:
    dark = []
    for gap in (0.1e-3, 0.8e-3):
        ahead = frames_of(steady(gap=gap), plain_groups)[30:90, :, -5:].mean(axis=(0, 2))
        dark.append(np.maximum(np.median(ahead) - ahead, 0).sum())
    assert dark[1] > 1.5 * dark[0]


def test_the_surface_moves_within_a_triple_more_where_it_sags(steady, plain_groups) -> None:
    moved = []
    for wire in (3.5 / 60, 8 / 60):
        frames = frames_of(steady(wire), plain_groups)[30:90].reshape(20, 3, PIXELS, PIXELS)
        left, right = round(PIXELS - 7.5 * PER_MM), round(PIXELS - 4.8 * PER_MM)
        light = frames[:, :, ROW : ROW + 20, left:right]
        light = light - np.quantile(light, 0.5, axis=(2, 3), keepdims=True)
        weight = np.maximum(light, 0).sum(axis=2)
        centre = (weight * np.arange(weight.shape[2])).sum(axis=2) / weight.sum(axis=2)
        moved.append(np.median(centre[:, 0] - centre[:, 2]))
    assert moved[1] > moved[0] + 1.0


def test_depth_below_the_surface_leaves_no_trace_of_its_own(steady, plain_groups) -> None:
    """The frames hang on gap, width, length, opening and sag: another depth alone changes no pixel."""
    states = steady(3.5 / 60)
    deeper = replace(states, depth_m=Curve(states.depth_m.values + 0.2e-3, 200.0))
    first, second = (frames_of(some, plain_groups, noise=1.0) for some in (states, deeper))
    assert np.array_equal(first, second)


def test_a_dropout_repeats_the_last_frame(steady, plain_groups) -> None:
    setup = camera.setup(plain_groups, 1.0, 32)
    frames = camera.record(steady(), setup, Clock(30.0), np.array([[1.0, 1.15]]), np.random.default_rng(0))
    assert all(np.array_equal(frames[29], frames[k]) for k in range(30, 35))
    assert not np.array_equal(frames[29], frames[35])
