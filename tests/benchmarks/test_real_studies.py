"""Tables on real recordings: what was not run says so, kept rows stay until they are run again."""

import math
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from harness import Row
from real_studies import NOT_RUN, Part, benchmark, joined, only_of, told

from weldfusion.config.study_file import read_study
from weldfusion.evaluation.evaluate import SCHEMA

PART = Part("flash", "flash_weld/tables/first_30_s.yaml", "flash_weld", "blocks")
NAMES = [row.name for row in read_study(PART.file).rows]


def figure(name: str, value: float, told: str = PART.told) -> Row:
    end = f"{told}; evaluation {SCHEMA}"
    return Row(
        f"flash: {name}: verdict", value, note=f"0.9 (no interval); 2 folds, 3 seeds, 12 groups, {end}"
    )


def test_rows_that_were_never_run_say_so_and_have_no_figure():
    rows = joined([PART], [], [])
    assert [row.name for row in rows] == [f"flash: {name}: {NOT_RUN}" for name in NAMES]
    assert all(math.isnan(row.value) and row.met is None for row in rows)


def test_a_row_run_again_replaces_the_kept_one_and_the_others_stay():
    before = [figure(NAMES[0], 0.1), figure(NAMES[2], 0.2), figure("a row of another study", 0.3)]
    rows = joined([PART], [figure(NAMES[0], 0.4)], before)
    assert [row.value for row in rows[:3:2]] == [0.4, 0.2]
    assert [row.name.endswith(NOT_RUN) for row in rows] == [False, True, False] + [True] * (len(NAMES) - 3)


def test_kept_rows_of_another_recipe_go_and_further_rows_with_them():
    def further(name: str) -> Row:
        return Row(f"flash: {name}: AUC", 0.5, note="0.500 (no interval)")

    before = [figure(NAMES[0], 0.1), further(NAMES[0])]
    before += [figure(NAMES[1], 0.2, "48 welds, blocks"), further(NAMES[1])]
    rows = joined([PART], [], before)
    assert [row.name for row in rows[:3]] == [
        *(row.name for row in before[:2]),
        f"flash: {NAMES[1]}: {NOT_RUN}",
    ]
    assert len(rows) == 1 + len(NAMES)


def test_kept_rows_of_another_evaluation_go():
    old = figure(NAMES[0], 0.1)
    note = old.note.replace(f"evaluation {SCHEMA}", f"evaluation {SCHEMA - 1}")
    for before in (Row(old.name, 0.1, note=note), Row(old.name, 0.1, note=note.partition("; evaluation")[0])):
        assert joined([PART], [], [before])[0].name == f"flash: {NAMES[0]}: {NOT_RUN}"


class Plan:
    """What `told` asks of a planned run."""

    folds = ("fold1", "fold2")
    seeds = 3


def line(verdict: str, baseline: str = "linear") -> dict[str, object]:
    ends = ("", "_lower", "_upper")
    gain = dict(zip((f"over_baseline{end}" for end in ends), (0.1, 0.05, 0.15), strict=True))
    theirs = dict(zip(("baseline_value", "baseline_lower", "baseline_upper"), (0.8, 0.7, 0.9), strict=True))
    ours = {
        "row": "late",
        "fraction": 1.0,
        "target": "verdict",
        "figure": "accuracy",
        "value": 0.9,
        "lower": 0.85,
        "upper": 0.95,
    }
    said = {"over_baseline_p_holm": 0.01, "over_baseline_verdict": verdict}
    said |= {"over_first_row": 0.02, "over_first_row_lower": None, "over_first_row_upper": None,
             "over_first_row_p_holm": None, "over_first_row_verdict": "does not beat"}  # fmt: skip
    return {**ours, "groups": 12, "baseline": baseline, **theirs, **gain, **said}


@pytest.mark.parametrize(
    ("verdict", "met"), [("beats", True), ("does not beat", False), ("cannot be told", False)]
)
def test_a_row_is_met_only_where_the_study_claims_it(verdict, met):
    row = told(PART, line(verdict), Plan(), "readings")
    assert (row.name, row.value, row.unit, row.met) == ("flash: late: verdict", 0.9, "accuracy", met)
    for text in (
        "0.900 [0.850, 0.950]",
        "linear: 0.800 [0.700, 0.900]",
        f"2 folds, 3 seeds, 12 groups, blocks; evaluation {SCHEMA}",
        "than readings: does not beat, better by 0.020 (no interval)",
    ):
        assert text in row.note


def test_without_a_baseline_a_row_claims_nothing():
    row = told(PART, line("", baseline=float("nan")), Plan(), "readings")
    assert (row.goal, row.met) == (None, None)


def test_a_row_of_a_part_of_the_welds_says_so():
    row = told(PART, {**line("beats"), "fraction": 0.1}, Plan(), "readings")
    assert row.name == "flash: late: verdict, 10 % of the training welds"


def test_only_names_parts_and_a_misspelt_one_ends_before_anything_runs():
    other = Part("blocks", PART.study, PART.data, "other blocks")
    assert only_of([PART, other], []) == [PART, other]
    assert only_of([PART, other], ["blocks"]) == [other]
    with pytest.raises(SystemExit, match=r"--only flahs: no such part; did you mean flash\?"):
        benchmark("nothing", None, [PART, other], ["--only", "flahs"])
