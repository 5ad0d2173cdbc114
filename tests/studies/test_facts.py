"""The line above a study's tables: what differs between rows is told as a range or left out."""

from dataclasses import replace

import pytest

from weldfusion.studies.facts import Facts, facts_line

ONE = Facts(2, "whole groups (day)", 1, [5], False, "data/tig", 1.0)
LEVEL = {"welds": 96, "groups": 12}


@pytest.mark.parametrize(("changes", "level", "expected"), [
    ({}, LEVEL, "2 folds of whole groups (day), 96 test welds in 12 groups, 1 seed, 5 epochs, data/tig"),
    ({"folds": 5}, LEVEL, "2–5 folds of whole groups (day), "),
    ({"divided": "single welds"}, LEVEL, "2 folds, 96 test welds"),
    ({"seeds": 3}, LEVEL, " 1–3 seeds, "),
    ({"epochs": [10, 20]}, LEVEL, " 5–20 epochs a stage, "),
    ({"epochs": [5, 5, 5]}, LEVEL, " 1 seed, 5 epochs a stage, data/tig"),
    ({"epochs": []}, LEVEL, " 1 seed, data/tig"),
    ({"stops_early": True}, LEVEL, " at most 5 epochs, "),
    ({"data": "data/gta"}, LEVEL, " 5 epochs"),
    ({}, {"welds": 90, "groups": 12}, " 90–96 test welds in 12 groups, "),
])  # fmt: skip
def test_of_two_rows(changes, level, expected):
    line = facts_line([ONE, replace(ONE, **changes)], [LEVEL, level])
    assert expected in line
    assert line.startswith(expected) or line.endswith(expected) or expected.startswith(" ")


def test_stages_after_each_other_and_welds_that_are_groups():
    staged = replace(ONE, epochs=[10, 20])
    assert " 10 + 20 epochs" in facts_line([staged, staged], [])
    assert ", 40 test welds, each a group of its own, " in facts_line([ONE], [{"welds": 40, "groups": 40}])


def test_nothing_finished_says_nothing_of_test_welds():
    assert facts_line([ONE], []) == "2 folds of whole groups (day), 1 seed, 5 epochs, data/tig"
    assert facts_line([], []) == ""
