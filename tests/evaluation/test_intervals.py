"""Intervals from resampling whole groups: against theory and by simulation."""

import numpy as np
import pytest
from scipy import stats

from weldfusion.evaluation.intervals import group_counts, percentile_interval


def mean_interval(values: np.ndarray, group: np.ndarray, seed: int, resamples: int = 1000):
    groups = group.max() + 1
    sums = np.bincount(group, weights=values, minlength=groups)
    sizes = np.bincount(group, minlength=groups)
    counts = group_counts(groups, resamples, seed)
    return percentile_interval((counts @ sums) / (counts @ sizes), groups)


def test_groups_of_one_give_the_normal_interval_of_a_mean():
    values = np.random.Generator(np.random.PCG64(1)).normal(10, 2, size=200)
    found = mean_interval(values, np.arange(200), seed=0, resamples=20_000)
    half = stats.norm.ppf(0.975) * values.std(ddof=0) / np.sqrt(200)
    assert found.lower == pytest.approx(values.mean() - half, abs=0.03 * half)
    assert found.upper == pytest.approx(values.mean() + half, abs=0.03 * half)


def test_agrees_with_scipys_percentile_bootstrap():
    values = np.random.Generator(np.random.PCG64(2)).gamma(2, size=60)
    ours = mean_interval(values, np.arange(60), seed=0, resamples=20_000)
    peer = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert ours.lower == pytest.approx(peer.low, abs=0.02)
    assert ours.upper == pytest.approx(peer.high, abs=0.02)


def test_coverage_under_strong_groups_where_rows_alone_would_fail():
    generator = np.random.Generator(np.random.PCG64(7))
    group = np.repeat(np.arange(40), 10)
    right = narrow = 0
    trials = 300
    for trial in range(trials):
        values = generator.normal(size=40)[group] + 0.3 * generator.normal(size=400)
        grouped = mean_interval(values, group, seed=trial, resamples=400)
        rows = mean_interval(values, np.arange(400), seed=trial, resamples=400)
        right += grouped.lower <= 0 <= grouped.upper
        narrow += rows.lower <= 0 <= rows.upper
    assert 0.90 <= right / trials <= 0.98
    assert narrow / trials < 0.6


def test_counts_are_keyed_and_multinomial():
    counts = group_counts(8, 5000, seed=3)
    np.testing.assert_array_equal(counts, group_counts(8, 5000, seed=3))
    assert (counts != group_counts(8, 5000, seed=4)).any()
    assert counts.sum(axis=1).tolist() == [8.0] * 5000
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.06)
    np.testing.assert_allclose(counts.var(axis=0), 7 / 8, atol=0.06)


@pytest.mark.parametrize(("undefined", "estimable"), [(10, True), (11, False)])
def test_more_than_one_percent_undefined_is_not_estimable(undefined, estimable):
    values = np.linspace(0, 1, 1000)
    values[:undefined] = np.nan
    found = percentile_interval(values, groups=12)
    assert found.estimable is estimable
    assert found.reason == ("" if estimable else "not estimable: only 12 groups")


def test_few_groups_are_not_estimable():
    assert percentile_interval(np.ones(100), groups=1).reason == "not estimable: only 1 group"
    assert not percentile_interval(np.ones(100), groups=4).estimable
    assert percentile_interval(np.arange(100.0), groups=5).estimable


def test_equal_edges_are_no_interval():
    found = percentile_interval(np.full(100, 0.7), groups=9)
    assert (found.lower, found.upper, found.reason) == (None, None, "no spread in the resamples")
    found = percentile_interval(np.array([0.1] + 199 * [0.7]), groups=9)
    assert found.reason == "no spread in the resamples"
