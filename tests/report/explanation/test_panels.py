"""What the rows of a weld's picture draw: the numbers of the explanation, at their seconds."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.explain.made import made_explanation
from weldfusion.explain.explanation import AttentionMap, Axis
from weldfusion.report.explanation.along import map_along
from weldfusion.report.explanation.attention import heard_along, times_even
from weldfusion.report.explanation.panels import (
    mark_events,
    prediction_panel,
    sensor_colours,
    share_panel,
    strip,
    truth_panel,
    wave_panel,
)
from weldfusion.report.explanation.spectra import levels, spectrum_panel
from weldfusion.report.explanation.timeline import Scene, timeline
from weldfusion.report.signals import SignalView


@pytest.fixture(scope="module")
def explanation():
    return made_explanation()


@pytest.fixture
def ax():
    return Figure().subplots()


def lines(ax) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {line.get_label(): line.get_data() for line in ax.get_lines()}


def scene(explanation, signals, target="penetration", label="PP") -> Scene:
    return Scene(explanation, "W00", ("fold0", 0), explanation.target(target), label, signals)


def test_events_and_pores_stand_at_their_seconds(explanation, ax):
    truth = explanation.truths["W00"]
    truth_panel(truth).paint(ax)
    drawn = np.sort(np.concatenate([line.get_xdata() for line in ax.get_lines()]))
    assert drawn == pytest.approx(np.sort(truth.event_s))
    (pores,) = ax.collections
    assert pores.get_offsets()[:, 0] == pytest.approx(truth.pore_s)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["full collapse", "root pinch-off", "pores left"]
    other = Figure().subplots()
    mark_events(other, truth)
    assert [line.get_xdata()[0] for line in other.get_lines()] == pytest.approx(truth.event_s)


def test_prediction_and_shares_are_those_of_the_windows(explanation, ax):
    rows = scene(explanation, {}).rows
    first = rows[rows["modality"] == "noise"]
    prediction_panel(first, "PP", "").paint(ax)
    time, value = lines(ax)["PP"]
    own = first[first["class"] == "PP"]
    assert value[::2] == pytest.approx(own["full"].to_numpy())
    assert time[::2] == pytest.approx(own["t0_s"].to_numpy())
    assert time[1::2] == pytest.approx(own["t1_s"].to_numpy())
    shares = Figure().subplots()
    share_panel(rows[rows["class"] == "PP"], sensor_colours(explanation.modalities), "").paint(shares)
    for name in explanation.modalities:
        drawn = lines(shares)[name][1][::2]
        expected = rows[(rows["class"] == "PP") & (rows["modality"] == name)]["share"].to_numpy()
        assert drawn == pytest.approx(expected)


def test_a_line_is_broken_where_there_is_no_window(explanation, ax):
    rows = scene(explanation, {}).rows
    rows = rows[(rows["modality"] == "noise") & (rows["window"] != 1)]
    prediction_panel(rows, "PP", "").paint(ax)
    assert np.isnan(lines(ax)["PP"][1]).sum() == 1


def test_truth_is_shaded_where_the_class_is_true(explanation, ax):
    rows = scene(explanation, {}).rows
    rows = rows[rows["modality"] == "noise"]
    prediction_panel(rows, "LP", "").paint(ax)
    assert len(ax.patches) == rows["window"].nunique()
    other = Figure().subplots()
    prediction_panel(rows, "PP", "").paint(other)
    assert not other.patches


def test_attribution_lies_behind_the_signal_and_tells_its_scale(explanation, ax):
    one = explanation.maps_of("W00", "noise", "penetration", "PP")[0]
    view = SignalView("waveform", np.linspace(-3, 7, 200)[None], 1000.0, "V")
    wave_panel("noise", view, map_along(one)).paint(ax)
    (image,) = ax.images
    assert np.asarray(image.get_array()).ravel() == pytest.approx(one.values.ravel())
    assert image.get_extent()[:2] == pytest.approx((0, 0.2))
    most = np.abs(one.values).max()
    assert (image.norm.vmin, image.norm.vmax) == pytest.approx((-most, most))
    assert f"± {most:.2g}" in ax.texts[0].get_text()
    low, high = ax.get_ylim()
    assert low < -2.9
    assert high > 6.9


def test_a_map_that_is_all_zero_can_be_drawn(explanation, ax):
    one = map_along(explanation.maps_of("W00", "noise", "penetration", "PP")[0])
    strip(ax, type(one)(one.start_s, one.end_s, one.values * 0))
    assert np.isfinite(ax.images[0].norm.vmax)


def test_the_spectrogram_finds_a_tone_and_a_click():
    rate = 16000.0
    time = np.arange(16000) / rate
    tone = np.sin(2 * np.pi * 3000 * time)
    at, hz, db = levels(tone, rate, 8000.0)
    assert hz[np.argmax(db.mean(axis=1))] == pytest.approx(3000, abs=150)
    assert at[0] < 0.02
    assert at[-1] > 0.98
    click = np.zeros(16000)
    click[8000] = 1.0
    at, _, db = levels(click, rate, 8000.0)
    assert at[np.argmax(db.mean(axis=0))] == pytest.approx(0.5, abs=0.02)


def test_attribution_over_frequency_keeps_the_axes(explanation, ax):
    one = explanation.maps_of("W00", "sound", "penetration", "PP")[0]
    view = SignalView("waveform", np.random.default_rng(0).normal(size=(1, 9600)), 48000.0)
    spectrum_panel("sound", view, map_along(one), one.axes[0]).paint(ax)
    grey, over = ax.collections
    assert over.get_array().shape[0] == len(one.axes[0].centres)
    assert np.nanmax(np.abs(over.get_array())) == pytest.approx(np.abs(one.values).max())
    assert ax.get_ylim()[1] <= 24
    assert grey.get_array().shape[1] > 20


def test_even_attention_is_one_everywhere():
    axis = Axis("time", "s", (np.arange(4) + 0.5) / 40)
    one = AttentionMap(
        "w", "f", 0, 0, "a", "a", "b", np.arange(2), np.array([0.0, 0.1]), axis, axis,
        np.full((2, 4, 4), 0.25, np.float32),
    )  # fmt: skip
    assert times_even(one) == pytest.approx(np.ones((2, 4, 4)))
    laid = heard_along(one)
    assert laid.values == pytest.approx(np.ones(8))
    assert (laid.start_s, laid.end_s) == pytest.approx((0, 0.2))


def test_attention_to_one_moment_is_told_at_its_second():
    axis = Axis("time", "s", (np.arange(4) + 0.5) / 40)
    weights = np.zeros((1, 4, 4), np.float32)
    weights[:, :, 2] = 1
    one = AttentionMap("w", "f", 0, 0, "a", "a", "b", np.arange(1), np.array([0.5]), axis, axis, weights)
    assert heard_along(one).values == pytest.approx([0, 0, 4, 0])


def test_many_sensors_are_drawn_on_several_pictures_over_the_same_seconds(explanation):
    wave = SignalView("waveform", np.random.default_rng(0).normal(size=(1, 4000)), 20000.0)
    few = timeline(scene(explanation, {"noise": wave}), "alt")
    assert len(few) == 1
    same = scene(explanation, dict.fromkeys(explanation.modalities, wave))
    assert 1 <= len(timeline(same, "alt")) <= 2
    assert all(len(figure.source) < 300_000 for figure in timeline(same, "alt"))
