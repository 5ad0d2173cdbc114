"""Holm's correction against statsmodels; p-values of paired resamples against theory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from weldfusion.evaluation.compare import two_sided
from weldfusion.studies.holm import holm


@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=30))
def test_like_statsmodels(values):
    expected = multipletests(values, method="holm")[1]
    found = holm(dict(enumerate(values)))
    assert list(found.values()) == pytest.approx(list(expected))


def test_what_cannot_be_told_does_not_count():
    assert holm({"a": 0.02, "b": None, "c": 0.5}) == {"a": 0.04, "b": None, "c": 0.5}


@pytest.mark.parametrize("shift", [0.3, -1.0, 2.5])
def test_p_of_normal_differences_is_that_of_the_normal_distribution(shift):
    resampled = np.random.default_rng(0).normal(shift, 1.0, 200_000)
    expected = 2 * stats.norm.sf(abs(shift))
    assert two_sided(resampled) == pytest.approx(expected, rel=0.05)
    assert two_sided(-resampled) == pytest.approx(two_sided(resampled))


def test_p_is_one_where_nothing_differs_and_never_zero():
    assert two_sided(np.zeros(100)) == 1.0
    assert 0 < two_sided(np.ones(2000)) == pytest.approx(2 / 2001)
