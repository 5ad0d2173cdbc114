"""Holm's correction against statsmodels, and how often a table without any difference claims one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from weldfusion.evaluation.compare import Difference, two_sided
from weldfusion.evaluation.intervals import RESAMPLES, Interval, group_counts, percentile_interval
from weldfusion.studies.holm import holm
from weldfusion.studies.results import Compared


@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=30))
def test_like_statsmodels(values):
    expected = multipletests(values, method="holm")[1]
    found = holm(dict(enumerate(values)))
    assert list(found.values()) == pytest.approx(list(expected))


def test_what_cannot_be_told_does_not_count():
    assert holm({"a": 0.02, "b": None, "c": 0.5}) == {"a": 0.04, "b": None, "c": 0.5}


TABLES, FIGURES, GROUPS = 1000, 36, 12


def test_one_table_in_twenty_without_a_difference_claims_one():
    """36 differences of which none is true, over 12 groups; the level is 5 %, two standard errors above."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([6, GROUPS])))
    counts = group_counts(GROUPS, RESAMPLES, seed=0).T / GROUPS
    wrong = 0
    for _ in range(TABLES):
        means = rng.normal(size=(FIGURES, GROUPS))
        resampled = means @ counts
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
