"""What is claimed of a comparison, in words, and which baseline is the best by a figure."""

import pytest

from weldfusion.evaluation.compare import Difference
from weldfusion.evaluation.compared import Compared, best_baseline
from weldfusion.evaluation.intervals import NO_SPREAD, Interval


def sentence(one: Difference, name: str, unit: str = "") -> str:
    return Compared(one).alone().sentence(name, unit)


def test_sentences():
    worse = Difference(-12.0, Interval(-20.0, -4.0), 0.01)
    assert sentence(worse, "ridge", "N") == "is BEATEN by ridge by 12.000 [4.000, 20.000] N"
    unsure = Difference(-0.01, Interval(-0.04, 0.0), 0.06)
    assert sentence(unsure, "ridge", "N") == "does NOT beat ridge (worse by 0.010 [0.000, 0.040] N)"
    alike = Difference(-0.5, Interval(None, None, NO_SPREAD))
    assert sentence(alike, "ridge").endswith("(no interval: the same in every resample of the groups)")


@pytest.mark.parametrize("value", [0.002, -0.3, 0.0])
def test_a_claim_is_told_from_its_side_wherever_the_value_lies(value):
    """The middle of the resamples may lie on the other side of 0 than the figure itself."""
    beaten, beats = (Difference(value, Interval(*edges), 0.01) for edges in ((-0.5, -0.1), (0.1, 0.5)))
    told = f"{value + 0.0:.3f}".replace("-", "−")
    turned = f"{0.0 - value:.3f}".replace("-", "−")
    assert sentence(beaten, "ridge") == f"is BEATEN by ridge by {turned} [0.100, 0.500]"
    assert sentence(beats, "ridge") == f"beats ridge by {told} [0.100, 0.500]"


@pytest.mark.parametrize(("value", "edges", "words"), [
    (-0.2, (-0.3, -0.1), "does NOT beat trees (worse by 0.200 [0.100, 0.300]; p = 0.12, as the best of 3)"),
    (0.2, (0.1, 0.3), "beats trees by 0.200 [0.100, 0.300]"),
])  # fmt: skip
def test_only_being_ahead_costs_the_best_of_several(value, edges, words):
    one = Compared(Difference(value, Interval(*edges), 0.04), picked_from=3)
    assert one.alone().sentence("trees") == words


def entry(value, p=0.5):
    return {"value": value, "lower": None, "upper": None, "reason": "", "p": p}


def test_each_figure_has_its_own_best_baseline():
    baselines = {
        "ridge": {"figures": {"accuracy": entry(0.8), "mae": entry(2.0), "bias": entry(0.1)},
                  "difference": {"accuracy": entry(0.1), "mae": entry(0.3)}},
        "trees": {"figures": {"accuracy": entry(0.7), "mae": entry(1.0), "bias": entry(0.2)},
                  "difference": {"accuracy": entry(0.2), "mae": entry(-0.7)}},
        "mean": {"figures": {"accuracy": entry(None), "mae": entry(3.0), "bias": entry(0.0)},
                 "difference": {"accuracy": entry(None), "mae": entry(1.3)}},
    }  # fmt: skip
    by_accuracy, by_error = (best_baseline(baselines, figure) for figure in ("accuracy", "mae"))
    assert (by_accuracy.name, by_accuracy.gain.picked_from) == ("ridge", 2)
    assert (by_error.name, by_error.gain.picked_from, by_error.figure["value"]) == ("trees", 3, 1.0)
    assert by_error.gain.p == 1.0
    assert best_baseline(baselines, "bias") is None
    assert best_baseline({}, "mae") is None
