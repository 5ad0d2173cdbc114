"""The verdict of a page: how often a network is told to be beaten that is as good as every baseline."""

import numpy as np
import pytest

from tests.evaluation.made import equal_groups, mean_errors
from weldfusion.report.tables import baselines_table
from weldfusion.report.words import verdict

BASELINES, GROUPS = 10, 12


def target(ours: np.ndarray, theirs: np.ndarray, weights: np.ndarray) -> dict:
    """Target of `metrics.json` with these errors of each group."""
    level = mean_errors(ours, theirs, weights)
    level["figures"]["mae"]["seeds"] = [0.0]
    head = {"welds": GROUPS, "groups": GROUPS, "folds": ["fold1"], "seeds": [0], "reason": ""}
    return {"headline": "mae", "weld": head | level}


def told(shift: float, trials: int) -> tuple[float, float, float, float]:
    """Share of the verdicts of made-up pages that say beaten and beats, of those whose best baseline would be
    told to beat it by the interval alone, and of those whose table says beats of one baseline or more; errors
    of the network are larger by `shift`."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([10, GROUPS])))
    weights = equal_groups(GROUPS)
    beaten, beats, before, in_table = 0, 0, 0, 0
    for _ in range(trials):
        ours, *theirs = rng.gamma(20.0, 0.05, size=(1 + BASELINES, GROUPS))
        made = target(ours + shift, np.array(theirs), weights)
        sentence = verdict("depth", made, "mm")
        beaten += "is BEATEN by" in sentence
        beats += "It beats" in sentence
        rows = baselines_table(made, made["weld"], "mm").rows[1:]
        assert ("is BEATEN by it" in [row[-1] for row in rows]) >= ("is BEATEN by" in sentence)
        in_table += "beats it" in [row[-1] for row in rows]
        best = min(made["weld"]["baselines"].values(), key=lambda one: one["figures"]["mae"]["value"])
        before += best["difference"]["mae"]["upper"] < 0
    return beaten / trials, beats / trials, before / trials, in_table / trials


def test_a_network_as_good_as_every_baseline_is_seldom_told_to_be_beaten():
    beaten, beats, by_interval_alone, in_table = told(shift=0.0, trials=600)
    assert by_interval_alone > 0.08
    assert beaten <= 0.05
    assert beats <= 0.05
    assert in_table <= 0.05


@pytest.mark.parametrize(("shift", "side"), [(0.5, 0), (-0.5, 1)])
def test_a_clear_difference_is_told(shift, side):
    """Twice the standard deviation of the errors of single groups."""
    assert told(shift, trials=100)[side] > 0.95
