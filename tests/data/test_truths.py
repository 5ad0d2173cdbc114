"""Truths of windows from intervals and samples, against a count over a fine grid; ties; what is absent."""

from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weldfusion.data.card import TargetSpec
from weldfusion.data.truths import truth_of_weld
from weldfusion.data.weld import Weld
from weldfusion.errors import ReadError

CLASSES = ("good", "pore", "crack")
SEAM = TargetSpec("seam", "class", "interval", classes=CLASSES)
STATE = TargetSpec("state", "class", "sample", classes=CLASSES, rate=Fraction(10))
FAULTS = TargetSpec("faults", "multilabel", "sample", classes=("pore", "crack"), rate=Fraction(10))
DEPTH = TargetSpec("depth", "real", "sample", rate=Fraction(10))
nan = np.nan


def truths(
    tmp_path: Path, target: TargetSpec, content: str | np.ndarray, edges: list
) -> tuple[list, list[bool]]:
    if isinstance(content, str):
        path = tmp_path / "truth.csv"
        path.write_text(f"t0_s,t1_s,value\n{content}")
    else:
        path = tmp_path / "truth.npy"
        np.save(path, content)
    values, known = truth_of_weld(target, Weld("w", 2, targets={target.name: path}), np.array(edges, float))
    return values.tolist(), known.tolist()


@pytest.mark.parametrize(
    ("samples", "value", "known"),
    [
        ([0, 0, 1, 1, 1, 2, 0, 1, 1, 0], 1, True),
        ([2, 2, 2, 2, 2, 1, 1, 1, 1, 1], 2, True),  # tie: crack comes first
        ([1, 2, 2, 2, 2, 2, 1, 1, 1, 1], 1, True),  # tie: pore comes first
        ([0, 1, 1, 1, 1, 2, 2, 2, 2, 0], 1, True),  # good is earlier but has fewer votes
        ([-1, -1, -1, -1, -1, 2, 2, 2, 2, 2], 2, True),  # tie with the unknown
        ([-1, nan, -1, nan, -1, nan, 2, 2, 2, 2], 0, False),
        ([nan] * 10, 0, False),
        ([2, 2, 2, 2], 0, False),  # the array ends within the window
        ([2, 2, 2, 2, 2], 2, True),
    ],
)
def test_classes_of_samples(tmp_path, samples, value, known):
    assert truths(tmp_path, STATE, np.array(samples, float), [[0, 1]]) == ([value], [known])


def test_labels_of_samples(tmp_path):
    flags = np.zeros((2, 40))
    flags[0, 15] = 1
    flags[1, 10:20] = 1
    flags[:, 20:25] = nan  # half of the third window
    flags[0, 27] = 1
    flags[:, 30:36] = nan  # more than half of the fourth
    values, known = truths(tmp_path, FAULTS, flags, [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]])
    assert known == [True, True, True, False, False]
    assert values == [[0, 0], [1, 1], [1, 0], [0, 0], [0, 0]]


def test_values_of_samples(tmp_path):
    depth = np.arange(20.0)
    depth[10:14] = nan
    values, known = truths(tmp_path, DEPTH, depth, [[-0.5, 0.5], [0, 1], [1, 2], [1.6, 2.6], [1.4, 2.2]])
    assert known == [True, True, True, False, True]
    assert values == [2.0, 4.5, 16.5, 0.0, 16.5]


def test_a_window_before_the_array_is_unknown(tmp_path):
    assert truths(tmp_path, STATE, np.ones(10), [[-3, -2], [-1.5, 0.4]]) == ([0, 0], [False, False])


@pytest.mark.parametrize(
    ("intervals", "value", "known"),
    [
        ("0,0.5,crack\n0.5,1,pore\n", 2, True),  # tie: crack comes first
        ("0.5,1,pore\n0,0.5,crack\n", 2, True),  # whatever the order of the rows
        ("-3,0.5,pore\n0.5,9,crack\n", 1, True),
        ("0,0.25,crack\n0.25,0.75,pore\n0.75,1,crack\n", 2, True),  # 0.5 s each
        ("-2,9,crack\n-1,9,pore\n", 1, True),  # both from the window's start on: first of the card
        ("0,0.1,good\n0.1,0.5,crack\n0.5,0.9,pore\n", 2, True),
        ("0.5,1,pore\n", 1, True),  # tie with the unknown
        ("0.51,1,pore\n", 0, False),
        ("", 0, False),
    ],
)
def test_classes_of_intervals(tmp_path, intervals, value, known):
    assert truths(tmp_path, SEAM, intervals, [[0, 1]]) == ([value], [known])


boundaries = st.lists(st.integers(0, 60), min_size=2, max_size=8, unique=True).map(sorted)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(boundaries, st.lists(st.sampled_from([*CLASSES, None]), min_size=7, max_size=7), st.integers(1, 30))
def test_intervals_and_samples_agree_with_a_count(tmp_path, marks, names, length):
    """Intervals on a grid of 0.1 s, written as intervals and as samples; the reference counts one by one."""
    line: list[str | None] = [None] * 60
    rows = ""
    for start, end, name in zip(marks, marks[1:], names, strict=False):
        if name is not None:
            line[start:end] = [name] * (end - start)
            rows += f"{start / 10},{end / 10},{name}\n"
    windows = [(start, start + length) for start in range(0, 60 - length, max(1, length // 2))]
    expected = []
    for start, end in windows:
        count = Counter(line[start:end])
        free = count.pop(None, 0)
        best = max(count.values(), default=0)
        first = next((name for name in line[start:end] if name and count[name] == best), None)
        expected.append(CLASSES.index(first) if first and best >= free else -1)
    edges = [[start / 10, end / 10] for start, end in windows]
    numbers = np.array([-1 if name is None else CLASSES.index(name) for name in line])
    for target, content in ((SEAM, rows), (STATE, numbers)):
        values, known = truths(tmp_path, target, content, edges)
        assert [value if sure else -1 for value, sure in zip(values, known, strict=True)] == expected


@pytest.mark.parametrize(
    ("target", "samples", "message"),
    [
        (STATE, np.array([0, 3]), r"sample 1: 3 is no class number; valid: 0 to 2"),
        (STATE, np.array([0, 0.5]), r"sample 1: 0\.5 is no class number"),
        (FAULTS, np.zeros((3, 10)), r"has shape \(3, 10\); faults needs \(2, time\)"),
    ],
)
def test_wrong_arrays_are_refused(tmp_path, target, samples, message):
    with pytest.raises(ReadError, match=message):
        truths(tmp_path, target, samples, [[0, 1]])
