"""The section on contradicting sensors."""

import numpy as np

from tests.evaluation.made import class_data, long_frame
from weldfusion.report.conflict import LISTED, conflict_section
from weldfusion.report.elements import Figure, Heading, Table, Text


def frame(conflict=None):
    flags, value, group = class_data(40, 3, 5)
    made = long_frame(flags, value, group, ("good", "pore", "gap"), "class")
    return made if conflict is None else made.assign(conflict=np.repeat(conflict, 3))


def test_figure_and_the_most_conflicting_welds():
    conflict = np.linspace(0, 0.95, 40)
    heading, meaning, words, figure, table = conflict_section("quality", frame(conflict))
    assert isinstance(heading, Heading)
    assert "quality" in heading.text
    assert isinstance(meaning, Text)
    assert isinstance(words, Text)
    assert isinstance(figure, Figure)
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == [f"w{i:04d}" for i in range(39, 39 - LISTED, -1)]
    assert table.left_out == 40 - LISTED
    flags, value, _ = class_data(40, 3, 5)
    right = flags.argmax(axis=1) == value.argmax(axis=1)
    assert f"{right.sum()} welds called right: {np.median(conflict[right]):.3f}" in words.text
    assert f"{(~right).sum()} welds called wrong: {np.median(conflict[~right]):.3f}" in words.text


def test_without_truth_only_the_table():
    unknown = frame(np.linspace(0, 1, 40)).assign(truth=np.nan)
    kinds = [type(element) for element in conflict_section("quality", unknown)]
    assert kinds == [Heading, Text, Table]


def test_total_conflict_is_told_in_words_and_in_the_table():
    told = frame(np.linspace(1, 0, 40)).assign(total_conflict=np.repeat([1.0, 0.25, *[0.0] * 38], 3))
    *_, words, _, total, table = conflict_section("quality", told)
    assert total.text.startswith("2 welds with windows in total conflict")
    assert [row[-1] for row in table.rows[:3]] == [1.0, 0.25, 0.0]
    assert "total" not in words.text


def test_no_section_without_conflict():
    assert conflict_section("quality", frame()) == []


def test_few_welds_are_not_compared():
    flags, value, group = class_data(5, 3, 5)
    value[:] = flags * 0.8 + 0.1
    value[0] = np.roll(value[0], 1)
    made = long_frame(flags, value, group, ("good", "pore", "gap"), "class")
    texts = [
        e.text
        for e in conflict_section("quality", made.assign(conflict=np.repeat(np.linspace(0, 1, 5), 3)))
        if isinstance(e, Text)
    ]
    assert texts[1].startswith("4 welds called right, 1 weld called wrong: too few to compare their κ")
    assert "Unsure probabilities contradict themselves" in texts[0]
    assert "column is “conflict”" in texts[0]
