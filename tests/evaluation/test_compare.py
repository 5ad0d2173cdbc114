"""Paired differences: against the paired t interval and by what they conclude."""

import numpy as np
import pytest
from scipy import stats

from tests.evaluation.made import class_data, long_frame
from weldfusion.errors import RunError
from weldfusion.evaluation.compare import Difference, common_rows, difference, two_sided
from weldfusion.evaluation.compared import Compared
from weldfusion.evaluation.frame import target_tables
from weldfusion.evaluation.intervals import Interval, group_counts
from weldfusion.evaluation.measure import group_names, measure


def real_tables(truth, value):
    group = [f"g{i:03d}" for i in range(len(truth))]
    return target_tables(long_frame(truth[:, None], value[:, None], group), "quality")


def paired(ours, theirs, key, resamples, seed):
    """Difference on the common rows, the same groups drawn for both."""
    ours, theirs = common_rows(ours, theirs)
    names = group_names(ours)
    counts = group_counts(len(names), resamples, seed)
    return difference(measure(ours, names, counts), measure(theirs, names, counts), key)


def test_difference_of_mae_has_the_paired_t_interval():
    generator = np.random.Generator(np.random.PCG64(0))
    truth, shared = generator.normal(size=150), generator.normal(size=150)
    ours, theirs = truth + shared, truth + shared * 1.1 + 0.1 * generator.normal(size=150)
    found = paired(real_tables(truth, ours), real_tables(truth, theirs), ("mae", ""), 10_000, 0)
    gain = np.abs(theirs - truth) - np.abs(ours - truth)
    assert found.value == pytest.approx(gain.mean())
    half = stats.t.ppf(0.975, 149) * gain.std(ddof=1) / np.sqrt(150)
    assert found.interval.lower == pytest.approx(gain.mean() - half, abs=0.08 * half)
    assert found.interval.upper == pytest.approx(gain.mean() + half, abs=0.08 * half)
    assert found.verdict == "beats"


@pytest.mark.parametrize(("groups", "shift"), [(5, 0.5), (5, 4.0), (12, 0.2), (12, 1.5), (40, -0.4)])
def test_p_of_equal_groups_is_that_of_the_t_test(groups, shift):
    """Errors of 3 welds a group; far out too, where the resamples all lie on one side of 0."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([8, groups])))
    truth, group = np.zeros(3 * groups), [f"g{n // 3:03d}" for n in range(3 * groups)]
    gain = np.repeat(rng.normal(shift, 1.0, groups), 3) + 0.1 * rng.normal(size=3 * groups)
    ours, theirs = (
        target_tables(long_frame(truth[:, None], value[:, None], group), "quality")
        for value in (np.full(3 * groups, 20.0), 20.0 + gain)
    )
    found = paired(ours, theirs, ("mae", ""), 50_000, 0)
    expected = stats.ttest_1samp(gain.reshape(groups, 3).mean(axis=1), 0)
    assert found.value == pytest.approx(gain.mean())
    assert found.p == pytest.approx(expected.pvalue, rel=0.05)
    assert paired(theirs, ours, ("mae", ""), 50_000, 0).p == pytest.approx(found.p)


def test_p_without_spread_or_difference():
    assert two_sided(0.0, np.zeros(100), 9) == 1.0
    assert two_sided(0.5, np.full(100, 0.5), 9) is None
    some = np.array([0.1, np.nan, 0.3, 0.5])
    assert two_sided(0.3, some, 9) == two_sided(0.3, some[[0, 2, 3]], 9)


def test_pairing_sees_what_separate_intervals_would_not():
    flags, probability, group = class_data(400, 2, 40, skill=0.8)
    better = np.clip(probability + 0.06 * flags, 0, None)
    ours = target_tables(long_frame(flags, better, group, ("a", "b"), "class"), "quality")
    theirs = target_tables(long_frame(flags, probability, group, ("a", "b"), "class"), "quality")
    assert paired(ours, theirs, ("accuracy", ""), 2000, 0).verdict == "beats"
    assert paired(theirs, ours, ("accuracy", ""), 2000, 0).verdict == "is beaten by"


def test_the_same_predictions_do_not_beat_themselves():
    flags, probability, group = class_data(100, 3, 10)
    tables = target_tables(long_frame(flags, probability, group, ("a", "b", "c"), "class"), "quality")
    found = paired(tables, tables, ("balanced_accuracy", ""), 500, 0)
    assert (found.value, found.verdict, found.p) == (0.0, "does not beat", 1.0)
    assert Compared(found).alone().sentence("ridge") == "does NOT beat ridge (equal in every resample)"


def test_only_common_welds_count():
    truth = np.zeros(60)
    ours, theirs = real_tables(truth, np.full(60, 1.0)), real_tables(truth, np.full(60, 2.0))
    some = {0: theirs[0].rows(np.arange(20, 60))}
    left, right = common_rows(ours, some)
    assert len(left[0]) == len(right[0]) == 40
    found = paired(ours, some, ("mae", ""), 200, 0)
    assert found.value == pytest.approx(1.0)
    assert (found.interval.reason, found.verdict) == ("no spread in the resamples", "not estimable")
    assert found.p is None
    with pytest.raises(RunError, match="no weld and fold in common"):
        common_rows({0: ours[0].rows(np.arange(20))}, some)


def test_few_groups_give_no_verdict():
    flags, probability, _ = class_data(100, 2, 10)
    group = np.array(["x", "y"] * 50)
    tables = target_tables(long_frame(flags, probability, group, ("a", "b"), "class"), "quality")
    found = paired(tables, tables, ("accuracy", ""), 200, 0)
    assert found.verdict == "not estimable"
    assert "only 2 groups" in Compared(found).alone().sentence("extra trees")


def test_turned_twice_is_the_same():
    for bounds in ((-0.3, 0.1), (None, None)):
        one = Difference(-0.1, Interval(*bounds, "some reason"), 0.04)
        assert one.turned().turned() == one
        assert one.in_words() == ("worse", one.turned())
        assert one.turned().in_words() == ("better", one.turned())
