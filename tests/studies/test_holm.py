"""Holm's correction against statsmodels, and how often a table without any difference claims one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from tests.evaluation.made import equal_groups, mean_errors
from weldfusion.evaluation.compare import Difference, two_sided
from weldfusion.evaluation.compared import Compared
from weldfusion.evaluation.intervals import Interval, percentile_interval
from weldfusion.studies.holm import holm
from weldfusion.studies.results import Finished, Outcome, results
from weldfusion.studies.study import Row, Study


@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=30), st.integers(0, 20))
def test_like_statsmodels_where_what_is_missing_has_a_p_value_of_one(values, missing):
    expected = multipletests([*values, *[1.0] * missing], method="holm")[1]
    found = holm(dict(enumerate(values)), missing)
    assert list(found.values()) == pytest.approx(list(expected[: len(values)]))


def test_what_cannot_be_told_does_not_count():
    assert holm({"a": 0.02, "b": None, "c": 0.5}) == {"a": 0.04, "b": None, "c": 0.5}


TABLES, FIGURES, GROUPS = 1000, 36, 12


def test_one_table_in_twenty_without_a_difference_claims_one():
    """36 differences of which none is true, over 12 groups; the level is 5 %, two standard errors above."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([6, GROUPS])))
    weights = equal_groups(GROUPS)
    wrong = 0
    for _ in range(TABLES):
        means = rng.normal(size=(FIGURES, GROUPS))
        resampled = means @ weights
        p = {n: two_sided(float(means[n].mean()), resampled[n], GROUPS) for n in range(FIGURES)}
        told = [
            Compared(
                Difference(float(means[n].mean()), percentile_interval(resampled[n], GROUPS), p[n]), corrected
            )
            for n, corrected in holm(p).items()
            if corrected < 0.05
        ]
        wrong += any(one.verdict != "does not beat" for one in told)
    assert 0.03 < wrong / TABLES < 0.05 + 2 * np.sqrt(0.05 * 0.95 / TABLES)


@pytest.mark.parametrize(("edges", "p", "verdict"), [
    ((0.1, 0.3), 0.04, "beats"),
    ((0.1, 0.3), 0.05, "does not beat"),
    ((-0.01, 0.3), 0.04, "does not beat"),
    ((-0.3, -0.1), 0.04, "is beaten by"),
])  # fmt: skip
def test_a_claim_needs_both_the_interval_and_the_p_value(edges, p, verdict):
    interval = Interval(*edges)
    assert Compared(Difference(sum(edges) / 2, interval, p), corrected=p).verdict == verdict


BASELINES, TRIALS = 8, 600


def test_a_network_as_good_as_every_baseline_is_seldom_told_to_be_beaten_by_the_best_of_them():
    """Errors of a network and of eight baselines from one distribution, one comparison a table: the level of
    5 % has one point of tolerance; each verdict as often as Student's t would have it at most."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([8, GROUPS])))
    weights = equal_groups(GROUPS)
    study = Study(Path("s.yaml"), [Row("a")])
    (cell,) = study.cells()
    told, as_if_named_before = [], 0
    for _ in range(TRIALS):
        ours, *theirs = rng.gamma(20.0, 0.05, size=(1 + BASELINES, GROUPS))
        level = mean_errors(ours, theirs, weights)
        metrics = {"targets": {"depth": {"weld": level, "headline": "mae"}}}
        left = Finished(metrics, pd.DataFrame(), 1, 1.0, "")
        (result,) = results(study, [Outcome(cell, left)])
        told.append(result.over_baseline.verdict)
        picked = result.over_baseline.difference
        as_if_named_before += picked.verdict == "is beaten by" and picked.p < 0.05
    assert as_if_named_before / TRIALS > 0.08
    assert told.count("is beaten by") / TRIALS <= 0.06
    assert told.count("beats") / TRIALS <= 0.05
