"""Curves against scikit-learn; pictures are small, repeatable and keep the peaks."""

import base64
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sklearn.calibration import calibration_curve
from sklearn.metrics import auc, roc_auc_score, roc_curve

from tests.report.made import made_frames, made_signals
from weldfusion.evaluation.curves import rank_welds, reliability, roc_points
from weldfusion.evaluation.frame import target_tables
from weldfusion.report import plots
from weldfusion.report.draw import MOST_BYTES, draw
from weldfusion.report.signals import SignalView, envelope, weld_plot


def picture(figure):
    head, content = figure.source.split(",")
    assert head in ("data:image/png;base64", "data:image/jpeg;base64")
    return Image.open(io.BytesIO(base64.b64decode(content)))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 200), st.integers(0, 10**6))
def test_roc_points_equal_sklearn(count, key):
    generator = np.random.Generator(np.random.PCG64(key))
    flag = generator.uniform(size=count) < 0.5
    flag[:2] = (True, False)
    score = np.round(generator.normal(size=count), 1)
    fpr, tpr = roc_points(flag, score)
    expected = roc_curve(flag, score, drop_intermediate=False)
    np.testing.assert_allclose(fpr, expected[0])
    np.testing.assert_allclose(tpr, expected[1])


def test_thinned_roc_keeps_the_area():
    generator = np.random.Generator(np.random.PCG64(0))
    flag = generator.uniform(size=20_000) < 0.3
    score = generator.normal(size=20_000) + flag
    fpr, tpr = roc_points(flag, score)
    assert len(fpr) <= 400
    assert auc(fpr, tpr) == pytest.approx(roc_auc_score(flag, score), abs=1e-3)


def test_reliability_equals_sklearn():
    generator = np.random.Generator(np.random.PCG64(0))
    confidence = generator.uniform(0.3, 1, size=500)
    right = generator.uniform(size=500) < confidence
    bins = reliability(confidence, right)
    share, mean = calibration_curve(right, confidence, n_bins=10)
    np.testing.assert_allclose(bins.right, share)
    np.testing.assert_allclose(bins.confidence, mean)
    assert bins.rows.sum() == 500


def test_the_worst_weld_is_the_one_with_the_largest_error():
    _, welds = made_frames(30, 2.0, 0)
    ranked = rank_welds(target_tables(welds, "force"))
    worst = max(ranked, key=lambda weld: weld.badness)
    part = welds[welds["target"] == "force"]
    error = (part["value"] - part["truth"]).abs()
    assert worst.weld == part["weld"].loc[error.idxmax()]
    assert worst.badness == pytest.approx(error.max())
    assert worst.doubt == pytest.approx(120.0)
    classes = rank_welds(target_tables(welds, "quality"))
    part = welds[(welds["target"] == "quality") & (welds["truth"] == 1)].sort_values("weld")
    np.testing.assert_allclose([weld.badness for weld in classes], 1 - part["value"].to_numpy())


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5000), st.integers(0, 10**6))
def test_envelope_keeps_least_and_greatest(length, key):
    values = np.random.Generator(np.random.PCG64(key)).normal(size=length)
    place, shown = envelope(values, 100)
    assert len(shown) <= 100
    assert (shown.min(), shown.max()) == (values.min(), values.max())
    assert (np.diff(place) >= 0).all()


def test_noise_is_drawn_coarser_rather_than_too_large():
    noise = np.random.Generator(np.random.PCG64(0)).uniform(size=(600, 600, 3))
    figure = draw((4, 4), lambda canvas: canvas.subplots().imshow(noise, interpolation="nearest"), "noise")
    assert 10_000 < len(base64.b64decode(figure.source.split(",")[1])) <= MOST_BYTES


def test_weld_plot_is_repeatable_and_none_without_recordings():
    windows, _ = made_frames(5, 2.0, 0)
    rows = windows[(windows["weld"] == "w0001") & (windows["target"] == "quality")]
    first = weld_plot(made_signals("w0001"), rows, "weld")
    assert first == weld_plot(made_signals("w0001"), rows, "weld")
    assert picture(first).width > 600
    assert weld_plot({}, rows.iloc[:3], "one window") is None
    assert weld_plot({"feed": SignalView("table", np.ones(2))}, None, "table only") is None


def test_bright_pixels_lie_where_the_confusions_are():
    figure = plots.confusion_plot([[10, 0], [0, 10]], ("a", "b"))
    pixels = np.asarray(picture(figure).convert("L"), dtype=float)
    height, width = pixels.shape
    dark = pixels < 90
    left = dark[: height // 2, : int(0.62 * width)].sum()
    right = dark[: height // 2, int(0.62 * width) :].sum()
    assert left > 3 * right
