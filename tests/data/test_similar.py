"""Similar findings share a line; unlike ones never do, and none is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weldfusion.data.finding import Finding
from weldfusion.data.similar import line, similar


def warning(message: str, row: int | None = None, field: str = "", code: str = "x") -> Finding:
    return Finding("warning", code, message, "m.csv", row, field)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("class 'pore' is rare", "class 'lack of fusion' is rare"),
        ("lasts 3.5 s, 'sound' 4 s", "lasts 1e-3 s, 'force' 12.25 s"),
        ("sound/a.wav of weld 'a': no such file", "b/c.png of weld 'b': no such file"),
        (
            "alone gives away 'x': 'a' (1.00), 'b' (0.97) (a tree)",
            "alone gives away 'x': 'a' (0.99) (a tree)",
        ),
        ("set modalities.sound.missing: nan", "set modalities.force.missing: nan"),
    ],
)
def test_messages_that_differ_in_names_and_numbers_are_similar(one, other):
    assert len(similar([warning(one), warning(other)])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("must be a number, is 'x'", "must be text, is 'x'"),
        ("unknown key; did you mean unit?", "unknown key; did you mean size?"),
        ("'a.wav' is truncated", "'a.wav' is empty"),
    ],
)
def test_other_words_are_not_similar(one, other):
    assert len(similar([warning(one), warning(other)])) == 2
    assert len(similar([warning(one), warning(one, code="y")])) == 2
    assert len(similar([warning(one), Finding("error", "x", one, "m.csv")])) == 2


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 99), st.sampled_from(["ends", "starts"]))))
def test_every_finding_is_in_one_group_in_order(entries):
    findings = [warning(f"weld '{name}' {what} at {number} s", number) for name, number, what in entries]
    groups = similar(findings)
    assert sorted(map(str, findings)) == sorted(str(finding) for group in groups for finding in group)
    first = {what: number for number, (_, _, what) in reversed(list(enumerate(entries)))}
    assert [group[0] for group in groups] == [findings[number] for number in sorted(first.values())]


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ([warning("ends", 3, "sound")], "warning: m.csv row 3, sound: ends [x]"),
        (
            [warning("ends", row, field) for row, field in ((3, "sound"), (4, "force"))],
            "warning (2): m.csv row 3, sound: ends; likewise row 4 (force) [x]",
        ),
        (
            [warning("tells", field=field) for field in "abcde"],
            "warning (5): m.csv, a: tells; likewise b, c and 2 more [x]",
        ),
        (
            [warning(f"class '{name}' of 'state'") for name in "abc"],
            "warning (3): m.csv: class 'a' of 'state'; likewise 'b', 'c' [x]",
        ),
        (
            [warning(f"ends at {n} s") for n in (1, 2, 3)],
            "warning (3): m.csv: ends at 1 s; likewise 2 more [x]",
        ),
    ],
)
def test_a_line_names_what_differs(group, expected):
    assert line(group) == expected
