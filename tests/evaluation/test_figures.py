"""Figures against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.calibration import calibration_curve

from tests.evaluation.made import class_data, long_frame
from weldfusion.evaluation import figures
from weldfusion.evaluation.frame import target_tables
from weldfusion.evaluation.measure import measure

NAMES = ("a", "b", "c", "d")


def pooled(truth, value, kind, classes=("",), group=None):
    group = [f"g{i % 7}" for i in range(len(value))] if group is None else group
    tables = target_tables(long_frame(truth, value, group, classes, kind), "quality")
    names = np.unique(np.asarray(group, dtype=str))
    found = measure(tables, names, np.ones((1, len(names))))
    for key, values in found.resampled.items():  # every group once is the pooled figure
        np.testing.assert_allclose(values[0], found.value(key), rtol=1e-9, atol=1e-12)
    return {key: found.value(key) for key in found.by_seed}


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=60, deadline=None)
@given(st.integers(4, 40), st.integers(2, 4), st.integers(0, 10**6), st.booleans())
def test_class_figures_equal_sklearn(count, classes, key, ties):
    flags, probability, _ = class_data(count, classes, 7, key=key)
    if ties:
        probability = np.round(probability, 1) + 0.05
        probability /= probability.sum(axis=1, keepdims=True)
    truth, called = flags.argmax(axis=1), probability.argmax(axis=1)
    found = pooled(flags, probability, "class", NAMES[:classes])
    labels = np.unique(truth)
    assert found["accuracy", ""] == pytest.approx(metrics.accuracy_score(truth, called))
    assert found["balanced_accuracy", ""] == pytest.approx(metrics.balanced_accuracy_score(truth, called))
    macro = metrics.f1_score(truth, called, labels=labels, average="macro")
    assert found["macro_f1", ""] == pytest.approx(macro)
    every = list(range(classes))
    assert found["log_loss", ""] == pytest.approx(metrics.log_loss(truth, probability, labels=every))
    brier = metrics.brier_score_loss(truth, probability, labels=every, scale_by_half=False)
    assert found["brier", ""] == pytest.approx(brier)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, called, labels=every, zero_division=np.nan
    )
    for k in every:
        expected = {"precision": precision[k], "recall": recall[k], "f1": f1[k] if support[k] else np.nan}
        one_sided = support[k] in (0, count)
        expected["auc"] = np.nan if one_sided else metrics.roc_auc_score(truth == k, probability[:, k])
        for name, value in expected.items():
            assert found[name, NAMES[k]] == pytest.approx(value, nan_ok=True), (name, k)


def test_auc_beyond_the_most_scores_is_within_its_stated_error():
    flags, probability, group = class_data(20_000, 2, 7)
    found = pooled(flags, probability, "class", NAMES[:2], group)
    expected = metrics.roc_auc_score(flags[:, 1], probability[:, 1])
    assert abs(found["auc", "b"] - expected) < 2e-4


def test_calibration_error_is_the_weighted_gap_of_sklearns_curve():
    generator = np.random.Generator(np.random.PCG64(3))
    p = generator.uniform(size=5000)
    truth = (generator.uniform(size=5000) < p**2).astype(int)
    found = pooled(np.stack([1 - truth, truth], 1), np.stack([1 - p, p], 1), "class", NAMES[:2])
    confidence, right = np.maximum(p, 1 - p), truth == (p > 0.5)
    share, mean = calibration_curve(right, confidence, n_bins=10)
    weight = np.histogram(confidence, bins=np.linspace(0, 1, 11))[0]
    weight = weight[weight > 0] / len(p)
    assert found["calibration_error", ""] == pytest.approx((weight * np.abs(share - mean)).sum(), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 30), st.floats(-1e4, 1e4), st.integers(0, 10**6))
def test_real_figures_equal_sklearn(count, offset, key):
    generator = np.random.Generator(np.random.PCG64(key))
    truth = generator.normal(size=(count, 1)) + offset
    value = truth + generator.normal(size=(count, 1))
    found = pooled(truth, value, "real")
    assert found["mae", ""] == pytest.approx(metrics.mean_absolute_error(truth, value))
    assert found["rmse", ""] == pytest.approx(metrics.root_mean_squared_error(truth, value))
    assert found["r2", ""] == pytest.approx(metrics.r2_score(truth, value), rel=1e-6, abs=1e-9)
    assert found["bias", ""] == pytest.approx((value - truth).mean())


def test_r2_of_equal_truths_is_undefined():
    found = pooled(np.full((8, 1), 3.7), np.arange(8.0)[:, None], "real")
    assert np.isnan(found["r2", ""])
    assert found["mae", ""] == pytest.approx(np.abs(np.arange(8) - 3.7).mean())


def test_multilabel_figures_equal_sklearn():
    generator = np.random.Generator(np.random.PCG64(5))
    flags = generator.integers(0, 2, size=(60, 3))
    p = np.clip(0.25 + 0.5 * flags + generator.normal(scale=0.3, size=flags.shape), 0, 1)
    found = pooled(flags, p, "multilabel", NAMES[:3])
    calls = p >= 0.5
    assert found["macro_f1", ""] == pytest.approx(metrics.f1_score(flags, calls, average="macro"))
    assert found["exact_match", ""] == pytest.approx(metrics.accuracy_score(flags, calls))
    brier = np.mean([metrics.brier_score_loss(flags[:, k], p[:, k]) for k in range(3)])
    assert found["brier", ""] == pytest.approx(brier)
    losses = [metrics.log_loss(flags[:, k], p[:, k]) for k in range(3)]
    assert found["log_loss", ""] == pytest.approx(np.mean(losses))
    for k in range(3):
        assert found["auc", NAMES[k]] == pytest.approx(metrics.roc_auc_score(flags[:, k], p[:, k]))
        assert found["recall", NAMES[k]] == pytest.approx(metrics.recall_score(flags[:, k], calls[:, k]))


def test_leading_axes_are_kept():
    confusion = np.arange(2 * 5 * 3 * 3).reshape(2, 5, 3, 3) + 1
    assert figures.accuracy(confusion).shape == (2, 5)
    assert figures.recalls(confusion).shape == (2, 5, 3)
    one = figures.f1s(confusion[1, 4])
    np.testing.assert_allclose(figures.f1s(confusion)[1, 4], one)
