"""Tables of an evaluation: differences are told from the side on which they are not negative."""

import pytest

from weldfusion.report.tables import OTHER_SIDE, baselines_table, figures_table


def figure(value, lower=None, upper=None, **more):
    reason = "" if lower is not None else "not estimable: only 3 groups"
    return {"value": value, "lower": lower, "upper": upper, "reason": reason, **more}


def level(gain):
    ours, theirs = {"accuracy": figure(0.8, 0.7, 0.9)}, {"accuracy": figure(0.81, 0.7, 0.9)}
    ridge = {"figures": theirs, "difference": {"accuracy": gain}}
    ensemble = {"networks": 3, "figures": ours, "difference": {"accuracy": gain}}
    return {"figures": ours, "baselines": {"ridge": ridge}, "ensemble": ensemble}


@pytest.mark.parametrize(
    ("gain", "told", "verdict"),
    [
        ((0.05, 0.01, 0.09), "better by 0.050 [0.010, 0.090]", "beats it"),
        ((-0.01, -0.04, 0.02), "worse by 0.010 [−0.020, 0.040]", "does NOT beat it"),
        ((-0.05, -0.09, -0.01), "worse by 0.050 [0.010, 0.090]", "is BEATEN by it"),
        ((-0.05,), "worse by 0.050", "does NOT beat it"),
        ((0.05,), "better by 0.050", "cannot be told"),
        ((None,), "–", "cannot be told"),
    ],
)
def test_a_negative_difference_is_told_as_worse_with_its_interval_turned(gain, told, verdict):
    p = {"beats it": 0.01, "is BEATEN by it": 0.01, "does NOT beat it": 0.4 if gain[1:] else None}.get(
        verdict
    )
    made = level(figure(*gain, p=p))
    table = figures_table(made, "")
    assert table.columns[3] == "this run is"
    assert table.rows == [["accuracy", "0.800 [0.700, 0.900]", "0.810 [0.700, 0.900] (ridge)", told]]
    assert OTHER_SIDE in table.caption
    _, mean, ridge = baselines_table({"headline": "accuracy"}, made, "").rows
    told_p = "–" if p is None else f"{p:.3f}"
    assert mean[2:] == [f"{told} than the best baseline", told_p, verdict]
    assert ridge[2:] == [told, told_p, verdict]


def test_against_several_baselines_p_is_corrected_whoever_is_ahead():
    """By hand after Holm: 0.01 · 4, 0.015 · 3, 0.03 · 2, 1."""
    gains = {
        "mean": figure(0.3, 0.1, 0.5, p=0.01), "ridge": figure(0.1, 0.01, 0.2, p=0.03),
        "trees": figure(-0.2, -0.3, -0.1, p=0.015), "svm": figure(0.0, -0.1, 0.1, p=1.0),
    }  # fmt: skip
    made = level(figure(0.1, 0.01, 0.2, p=0.03))
    theirs = made["baselines"]["ridge"]["figures"]
    made["baselines"] = {
        name: {"figures": theirs, "difference": {"accuracy": gain}} for name, gain in gains.items()
    }
    _, mean, *rest = baselines_table({"headline": "accuracy"}, made, "").rows
    assert mean[3:] == ["0.030", "beats it"]  # beside the best one only, as in the verdict of the page
    assert [row[3:] for row in rest] == [
        ["0.040", "beats it"], ["0.060", "does NOT beat it"], ["0.045", "is BEATEN by it"],
        ["1.000", "does NOT beat it"],
    ]  # fmt: skip


def test_without_baselines_nothing_is_compared():
    table = figures_table(level(figure(0.1)) | {"baselines": {}}, "")
    assert table.columns == ["figure", "this run"]
    assert OTHER_SIDE not in table.caption
