"""Events matched by hand and against scipy's maximum matching; their figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from weldfusion.evaluation.events import event_counts, matched, runs, tolerance_of
from weldfusion.evaluation.figures import event_figures


def steps(count, width=0.01):
    return np.stack([np.arange(count), np.arange(1, count + 1)], axis=1) * width


def flags(text):
    return np.array([c == "x" for c in text])


def test_runs_by_hand():
    assert runs(flags("xx.x..xx"), steps(8, 1.0)).tolist() == [[0, 2], [3, 4], [6, 8]]
    assert runs(flags("...."), steps(4)).shape == (0, 2)
    edges = np.array([[0, 1], [1, 2], [5, 6], [6, 7]], float)  # nothing was recorded from 2 to 5
    assert runs(flags("xxxx"), edges).tolist() == [[0, 2], [5, 7]]


@pytest.mark.parametrize(
    ("true", "called", "hits", "calls", "events"),
    [
        ("..xx......", "..xx......", 1, 1, 1),
        ("..xx......", "....x.....", 1, 1, 1),  # it begins where the pore ends
        ("..xx......", ".....x....", 1, 1, 1),  # one step later: within the tolerance
        ("..xx......", "......x...", 0, 1, 1),  # two steps later
        ("..xxxxxx..", "..x.x.x...", 1, 3, 1),  # three pieces of one pore: one hit, two false calls
        (".x..x..x..", ".xxxxxxx..", 1, 1, 3),  # one call over three pores: two missed
        ("x.x.......", ".x.x......", 2, 2, 2),
        ("..........", "...x......", 0, 1, 0),
    ],
)
def test_counts_by_hand(true, called, hits, calls, events):
    found = event_counts(flags(true).astype(float), flags(called) * 0.8 + 0.1, steps(10))
    assert found.tolist() == [hits, calls, events]


def test_tolerance_is_a_step_but_not_below_5_ms():
    assert [tolerance_of(s) for s in (0.001, 0.02)] == [0.005, 0.02]


events_of = st.lists(st.floats(0.05, 1.0), min_size=0, max_size=12).map(
    lambda gaps: np.cumsum(gaps)[: len(gaps) // 2 * 2].reshape(-1, 2)
)


@settings(max_examples=300)
@given(true=events_of, found=events_of, tolerance=st.floats(0, 0.5))
def test_as_many_pairs_as_scipys_maximum_matching(true, found, tolerance):
    apart = np.maximum(true[:, None, 0] - found[None, :, 1], found[None, :, 0] - true[:, None, 1])
    fits = apart <= tolerance * (1 + 1e-9)
    pairs = 0
    if fits.size:
        pairs = int((maximum_bipartite_matching(csr_matrix(fits.astype(int))) >= 0).sum())
    assert matched(true, found, tolerance) == pairs


def test_figures_by_hand():
    found = event_figures(np.array([[6.0, 8.0, 12.0], [0.0, 0.0, 5.0], [0.0, 2.0, 0.0]]))
    np.testing.assert_allclose(found["event_precision"], [0.75, np.nan, 0.0])
    np.testing.assert_allclose(found["event_recall"], [0.5, 0.0, np.nan])
    np.testing.assert_allclose(found["event_f1"], [0.6, 0.0, np.nan])
