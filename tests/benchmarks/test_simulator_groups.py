"""What group effects cost: made parts whose oracle and flattery are known beforehand."""

import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import simulator_groups

ERROR = 0.2


def parts(seed):
    """A quantity with a limit at 0, measured with an error of at most 0.2; clear where that cannot matter."""
    rng = np.random.default_rng(seed)
    true = rng.uniform(-1, 1, 400)
    seen = true + rng.uniform(-ERROR, ERROR, 400)
    return seen[:, None], {"class": true > 0, "clear": np.abs(true) > ERROR}


def by_sign(features, truth, by_session):
    return balanced_accuracy_score(truth["class"], features[:, 0] > 0)


def by_neighbour(features, truth, by_session):
    folds = GroupKFold(4) if by_session else KFold(4, shuffle=True, random_state=0)
    groups = truth["session"] if by_session else None
    nearest = KNeighborsClassifier(1)
    return balanced_accuracy_score(
        truth["class"], cross_val_predict(nearest, features, truth["class"], cv=folds, groups=groups)
    )


def test_oracle_is_perfect_where_errors_are_smaller_than_the_margin():
    row = simulator_groups.oracle([parts(seed) for seed in (1, 2)], by_sign, 400, "near the limit")
    assert row.value == 1
    assert row.met


def test_oracle_tells_what_all_parts_reach_and_how_many_are_left_out():
    """A fifth lies within 0.2 of the limit; of these a quarter is told wrong (triangle under the error)."""
    row = simulator_groups.oracle([parts(seed) for seed in range(40)], by_sign, 400, "near the limit")
    every = float(row.note.split("with all parts ")[1].split(";")[0])
    assert every == pytest.approx(1 - 0.2 / 4, abs=0.005)
    assert "left out 20 %: near the limit" in row.note


def test_random_parts_flatter_where_features_tell_the_session_only():
    sessions = np.repeat(np.arange(8), 25)
    truth = {"class": sessions % 2 == 0, "session": sessions, "clear": np.ones(200, bool)}
    features = sessions[:, None] + np.random.default_rng(0).uniform(-0.1, 0.1, (200, 1))
    row = simulator_groups.flattery("gap", [(features, truth)], by_neighbour, None)
    held = by_neighbour(features, truth, True)
    assert row.value == pytest.approx(100 * (1 - held))
    assert held <= 0.5


@pytest.mark.parametrize(("usual", "met"), [([40.0], True), ([90.0], False), ([30.0, 60.0], True)])
def test_gap_with_doubled_effects_is_compared_with_that_of_the_same_seeds(usual, met):
    """Made so that random parts flatter by 50 points on every seed."""
    made = {"class": np.array([0, 1]), "clear": np.ones(2, bool)}
    doubled = [(np.zeros((2, 1)), made)] * len(usual)
    row = simulator_groups.growth("gap", usual, doubled, lambda features, truth, held: 0.5 if held else 1.0)
    assert (row.name, row.value, row.met) == ("gap: grows", 50, met)
    assert row.goal == f">= {np.mean(usual):g}"
    assert ("one seed is weak evidence" in row.note) == (len(usual) == 1)


def test_gaps_of_other_seeds_are_refused():
    with pytest.raises(ValueError, match="3 usual gaps beside 1 doubled sets"):
        simulator_groups.growth("gap", [1.0, 2.0, 3.0], [parts(1)], by_sign)


@pytest.mark.parametrize(("share", "met"), [(0.984, False), (0.985, True)])
def test_an_oracle_is_met_from_what_rounds_to_the_planned_99_percent(share, met):
    row = simulator_groups.oracle([parts(1)], lambda features, truth, held: share, 400, "near the limit")
    assert (row.goal, row.met) == (">= 0.985", met)
