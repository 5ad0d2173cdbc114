"""The page of `weldfusion segment`: a U-Net that is worse than the threshold is told as worse."""

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


def test_too_few_groups_leave_the_difference_alone():
    found = entry(-0.1, None, None, "not estimable: only 3 groups")
    assert first_table(found).rows[0][-1] == "worse by 0.100"
