"""What a late fusion learned of each sensor, in the report and in one line."""

from weldfusion.evaluation.learned import learned_rows
from weldfusion.report.elements import Heading, Table, Text
from weldfusion.report.learned import learned_line, learned_section

LIMITS = (0.05, 20.0)


def metrics():
    first = {
        "sound": {"temperature": 19.9999, "reliability": 1 / 3},
        "photos": {"temperature": 1.0, "reliability": 0.8},
    }
    second = {
        "sound": {"temperature": 4.0, "reliability": 0.3},
        "photos": {"temperature": 2.0, "reliability": 0.9},
    }
    return {
        "sensors": [
            *learned_rows("fold1", 0, first, 3, LIMITS),
            *learned_rows("fold2", 0, second, 3, LIMITS),
        ]
    }


def test_one_row_a_sensor_with_mean_range_and_remarks():
    heading, meaning, table = learned_section("quality", metrics())
    assert isinstance(heading, Heading)
    assert isinstance(meaning, Text)
    assert isinstance(table, Table)
    assert table.columns == ["sensor", "temperature", "reliability", "remark"]
    limit, chance = "temperature at its limit of 20 (1 of 2 networks)", "no better than chance (1/3)"
    assert table.rows == [
        ["sound", "12.0 (4.000 to 20.0)", "0.317 (0.300 to 0.333)", f"{limit}; {chance}"],
        ["photos", "1.500 (1.000 to 2.000)", "0.850 (0.800 to 0.900)", ""],
    ]


def test_one_network_has_no_range():
    rows = [row for row in metrics()["sensors"] if row["fold"] == "fold1"]
    assert learned_line("quality", {"sensors": rows}) == (
        "quality, learned of each sensor: sound temperature 20.0, reliability 0.333 (temperature at its "
        "limit of 20; no better than chance (1/3)); photos temperature 1.000, reliability 0.800"
    )


def test_nothing_where_no_fusion_learned():
    assert learned_section("quality", {}) == []
    assert learned_line("quality", {}) == ""
