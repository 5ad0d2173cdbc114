"""The page of `weldfusion segment`: a U-Net that is worse than the threshold is told as worse."""

import pytest

from weldfusion.evaluation.intervals import NO_SPREAD
from weldfusion.report.elements import Table
from weldfusion.report.segmentation import segmentation_report, verdict


def entry(value, lower, upper, reason=""):
    return {"value": value, "lower": lower, "upper": upper, "reason": reason}


def metrics(difference):
    figures = {"U-Net": entry(0.7, 0.6, 0.8), "Otsu": entry(0.8, 0.75, 0.85), "difference": difference}
    return {
        "class": "pool",
        "modality": "camera",
        "figures": {"iou": figures},
        "warnings": [],
        "welds": [{"weld": "w1"}],
        "settings": {},
    }


def first_table(found):
    return next(element for element in segmentation_report(metrics(found), []) if isinstance(element, Table))


def test_a_worse_u_net_is_told_as_worse_without_a_minus():
    found = entry(-0.1, -0.15, -0.05)
    table = first_table(found)
    assert list(table.columns)[-1] == "the U-Net is"
    assert table.rows[0][-1] == "worse by 0.100 [0.050, 0.150]"
    assert "not shown to be better" in verdict(metrics(found))


@pytest.mark.parametrize(("reason", "words"), [
    ("not estimable: only 3 groups", "cannot be told (no interval: only 3 groups)"),
    (NO_SPREAD, "cannot be told (no interval: the same in every resample of the groups)"),
    ("", "cannot be told (no interval)"),
])  # fmt: skip
def test_why_there_is_no_interval_is_told_as_it_is_stored(reason, words):
    assert verdict(metrics(entry(-0.1, None, None, reason))).endswith(words)


def test_too_few_groups_leave_the_difference_alone():
    found = entry(-0.1, None, None, "not estimable: only 3 groups")
    assert first_table(found).rows[0][-1] == "worse by 0.100"
    assert "too few groups for an interval (only 3 groups)" in first_table(found).caption
    assert "groups for an interval" not in first_table(entry(-0.1, -0.2, -0.05)).caption
