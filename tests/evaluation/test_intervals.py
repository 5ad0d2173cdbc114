"""Intervals from resampling whole groups: against theory and by simulation."""

import numpy as np
import pytest
from scipy import stats

from weldfusion.evaluation.intervals import RESAMPLES, expanded_tail, group_counts, percentile_interval


def mean_interval(values: np.ndarray, group: np.ndarray, seed: int, resamples: int = 1000):
    groups = group.max() + 1
    sums = np.bincount(group, weights=values, minlength=groups)
    sizes = np.bincount(group, minlength=groups)
    counts = group_counts(groups, resamples, seed)
    return percentile_interval((counts @ sums) / (counts @ sizes), groups)


def test_groups_of_one_give_the_t_interval_of_a_mean():
    half = np.random.Generator(np.random.PCG64(1)).normal(0, 2, size=15)
    values = 10 + np.concatenate([half, -half])
    found = mean_interval(values, np.arange(30), seed=0, resamples=50_000)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    width = expected.high - expected.low
    assert found.lower == pytest.approx(expected.low, abs=0.015 * width)
    assert found.upper == pytest.approx(expected.high, abs=0.015 * width)


@pytest.mark.parametrize("groups", [5, 12, 60, 5000])
def test_tail_is_hesterbergs(groups):
    """Formula written out with scipy's distributions; of many groups it is the usual 2.5 %."""
    z = np.sqrt(groups / (groups - 1)) * stats.t(groups - 1).ppf(0.975)
    assert expanded_tail(groups) == pytest.approx(stats.norm.cdf(-z), rel=1e-9)
    assert expanded_tail(groups) < 0.025
    assert expanded_tail(10**6) == pytest.approx(0.025, rel=1e-4)


def test_agrees_with_scipys_percentile_bootstrap():
    values = np.random.Generator(np.random.PCG64(2)).gamma(2, size=60)
    ours = mean_interval(values, np.arange(60), seed=0, resamples=20_000)
    peer = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=20_000,
        method="percentile",
        confidence_level=1 - 2 * stats.norm.cdf(-np.sqrt(60 / 59) * stats.t(59).ppf(0.975)),
        rng=np.random.default_rng(0),
    ).confidence_interval
    assert ours.lower == pytest.approx(peer.low, abs=0.02)
    assert ours.upper == pytest.approx(peer.high, abs=0.02)


TRIALS = 2000
NORMAL, SKEWED = "normal", "skewed"
HULL = {5: 0.03, 12: 0.0, 20: 0.0}
"""What 5 groups still lack: no resample lies outside the largest and smallest of them."""


@pytest.mark.parametrize("groups", [5, 12, 20])
@pytest.mark.parametrize("shape", [NORMAL, SKEWED])
def test_coverage_of_few_groups_is_that_of_the_t_interval(groups, shape):
    """Means of groups around 0, normal or of a gamma distribution (skewness 1.4)."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([5, groups, shape == SKEWED])))
    size = (TRIALS, groups)
    means = rng.gamma(2.0, size=size) - 2.0 if shape == SKEWED else rng.normal(size=size)
    resampled = means @ group_counts(groups, RESAMPLES, seed=0).T / groups
    found = [percentile_interval(one, groups) for one in resampled]
    ours = np.mean([one.lower <= 0 <= one.upper for one in found])
    expected = stats.ttest_1samp(means, 0, axis=1).confidence_interval(0.95)
    peer = np.mean((expected.low <= 0) & (expected.high >= 0))
    error = np.sqrt(0.95 * 0.05 / TRIALS)
    assert peer - HULL[groups] - 3 * error <= ours <= 0.95 + 3 * error
    if shape == NORMAL:
        assert ours >= 0.95 - HULL[groups] - 3 * error
    plain = np.quantile(resampled, [0.025, 0.975], axis=1)
    assert ours > np.mean((plain[0] <= 0) & (plain[1] >= 0)) + error


def test_edges_hardly_move_with_the_draw_of_the_resamples():
    """With 5 groups an edge lies between the second and the third of 2000 resamples from its end."""
    values = np.random.Generator(np.random.PCG64(3)).normal(size=5)
    found = [mean_interval(values, np.arange(5), seed, RESAMPLES) for seed in range(30)]
    edges = np.array([[one.lower, one.upper] for one in found])
    width = edges[:, 1].mean() - edges[:, 0].mean()
    assert (edges.std(axis=0) < 0.05 * width).all()
    assert (edges.min(axis=0) >= values.min()).all()
    assert (edges.max(axis=0) <= values.max()).all()


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
    assert found.reason == ("" if estimable else "not estimable: undefined in 1.1 % of the resamples")


def test_few_groups_are_not_estimable():
    assert percentile_interval(np.ones(100), groups=1).reason == "not estimable: only 1 group"
    assert not percentile_interval(np.ones(100), groups=4).estimable
    assert percentile_interval(np.arange(100.0), groups=5).estimable


def test_equal_edges_are_no_interval():
    found = percentile_interval(np.full(100, 0.7), groups=9)
    assert (found.lower, found.upper, found.reason) == (None, None, "no spread in the resamples")
    found = percentile_interval(np.array([0.1] + 199 * [0.7]), groups=9)
    assert found.reason == "no spread in the resamples"
    counts, sizes = group_counts(9, 2000, seed=0), np.arange(1, 10)
    constant = counts @ (0.1 * sizes) / (counts @ sizes) - counts @ (0.3 * sizes) / (counts @ sizes)
    assert np.ptp(constant) > 0
    assert percentile_interval(constant, groups=9).reason == "no spread in the resamples"
