import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats import outliers_influence

from weldfusion.errors import SignalError
from weldfusion.signals.collinearity import StepwiseVif, variance_inflation


def by_regression(table: np.ndarray, intercept: bool) -> np.ndarray:
    """1 / (1 - R²) of the least-squares fit of each column on the others."""
    found = []
    for column in range(table.shape[1]):
        others = np.delete(table, column, axis=1)
        design = np.c_[others, np.ones(len(table))] if intercept else others
        seen = table[:, column]
        rest = seen - design @ np.linalg.lstsq(design, seen, rcond=None)[0]
        total = np.square(seen - seen.mean() if intercept else seen).sum()
        found.append(total / np.square(rest).sum())
    return np.array(found)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 8), st.booleans())
def test_equal_to_regressions(seed: int, columns: int, intercept: bool):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(60, columns)) @ rng.normal(size=(columns, columns)) * 10 ** rng.uniform(-3, 3)
    table = table + rng.normal(size=columns)
    expected = by_regression(table, intercept)
    assert np.allclose(variance_inflation(table, intercept), expected, rtol=1e-6)


def test_equal_to_statsmodels():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(200, 4)) @ rng.normal(size=(4, 4)) + 3
    design = np.c_[np.ones(200), table]
    expected = [outliers_influence.variance_inflation_factor(design, i) for i in range(1, 5)]
    assert np.allclose(variance_inflation(table), expected, rtol=1e-9)


def test_two_columns_of_known_correlation():
    rng = np.random.default_rng(0)
    pair = np.linalg.qr(rng.normal(size=(50, 3)) - rng.normal(size=(50, 3)).mean(axis=0))[0]
    pair = np.linalg.qr(np.c_[np.ones(50), pair])[0][:, 1:3]
    table = np.c_[pair[:, 0], 0.9 * pair[:, 0] + np.sqrt(1 - 0.81) * pair[:, 1]]
    assert variance_inflation(table) == pytest.approx([1 / (1 - 0.81)] * 2)


def test_a_spread_far_from_zero_counts_without_intercept_only():
    """Pressure from {35, 60, 80, 95} and an angle from {0, 15}, all combinations: independent columns."""
    pressure, angle = (x.ravel().astype(float) for x in np.meshgrid([35, 60, 80, 95], [0, 15]))
    table = np.stack([pressure, angle], axis=1)
    assert variance_inflation(table) == pytest.approx([1, 1])
    assert variance_inflation(table, intercept=False).min() > 1.5


def test_collinear_and_constant_columns_are_reported():
    rng = np.random.default_rng(0)
    free = rng.normal(size=(100, 3))
    table = np.c_[free, free[:, 0] + 2 * free[:, 1], np.full(100, 7.0)]
    found = variance_inflation(table)
    assert np.isinf(found[[0, 1, 3, 4]]).all()
    assert found[2] == pytest.approx(by_regression(np.delete(table, [3, 4], axis=1), True)[2])


def test_stepwise_drops_by_name_and_keeps_the_first_of_two_copies():
    rng = np.random.default_rng(0)
    free = rng.normal(size=(300, 3))
    near = free[:, 1] + 0.05 * rng.normal(size=300)
    table = pd.DataFrame(np.c_[free, free[:, 0], near], columns=["current", "time", "force", "copy", "near"])
    fitted = StepwiseVif().fit(table)
    assert fitted.dropped_[0] == ("copy", np.inf)
    assert fitted.dropped_[1][0] in ("time", "near")
    assert len(fitted.dropped_) == 2
    assert fitted.inflation_.max() <= 10
    assert fitted.transform(table).shape == (300, 3)
    assert fitted.get_feature_names_out()[0] == "current"
    again = StepwiseVif(**fitted.get_params()).fit(table.to_numpy())
    assert np.array_equal(again.support_, fitted.support_)


def test_bad_tables():
    with pytest.raises(SignalError, match="more rows than columns"):
        variance_inflation(np.zeros((3, 3)))
    with pytest.raises(SignalError, match=r"table\[1, 0\] is nan"):
        variance_inflation(np.array([[1.0], [np.nan], [2.0]]))
    with pytest.raises(SignalError, match=r"table\[2, 0\] is -inf"):
        variance_inflation(np.array([[1.0], [3.0], [-np.inf]]))
    with pytest.raises(SignalError, match="squares are too large"):
        variance_inflation(np.array([[1e200], [-1e200], [0.0]]))
    with pytest.raises(SignalError, match="real numbers"):
        variance_inflation(np.array([["1"], ["a"], ["2"]]))
    with pytest.raises(SignalError, match="most must be 1"):
        StepwiseVif(most=0.5).fit(np.random.default_rng(0).normal(size=(9, 2)))
