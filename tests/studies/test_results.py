"""Figures of a study's table against those of the evaluation and against scipy's and our own arithmetic."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_absolute_error
from statsmodels.stats.multitest import multipletests

from weldfusion.errors import ConfigError
from weldfusion.evaluation.evaluate import evaluate
from weldfusion.evaluation.join import join_windows
from weldfusion.report.study import legend, markdown, terminal_rows, write_study_page
from weldfusion.report.study_sheets import SIMPLE, differences_lines, sheets
from weldfusion.studies.facts import Facts
from weldfusion.studies.results import Finished, Outcome, as_frame, results
from weldfusion.studies.study import Cell, Row, Study

WELDS = 60


def frame(error: float, seed: int, group: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predictions of a number with normal errors, welds in groups of 3 (or another size)."""
    rng = np.random.default_rng(seed)
    truth = np.random.default_rng(99).normal(0, 3, WELDS)
    names = [f"w{number}" for number in range(WELDS)]
    groups = [f"g{number // group}" for number in range(WELDS)]
    windows = pd.DataFrame({
        "weld": names, "group": groups, "window": 0, "t0_s": 0.0, "t1_s": 1.0, "x_mm": np.nan,
        "target": "depth", "kind": "real", "class": "", "truth": truth,
        "value": truth + rng.normal(0, error, WELDS), "lower": np.nan, "upper": np.nan,
        "present": "sound", "fold": "fold1", "seed": 0,
    })  # fmt: skip
    return windows, join_windows(windows)


def finished(error: float, seed: int, baseline: float, group: int = 3) -> Finished:
    frames = frame(error, seed, group)
    metrics = evaluate(*frames, {"trees": frame(baseline, 7, group)}, 0, resamples=500)
    return Finished(metrics, frames[1], 1234, 40.0, f"runs/{seed}/report.html")


@pytest.fixture(scope="module")
def outcomes():
    rows = [Row("good", published={"": 0.5}), Row("same"), Row("bad"), Row("broken")]
    made = [finished(0.5, 1, 1.5), finished(1.4, 2, 1.5), finished(4.0, 3, 1.5), None]
    study = Study(Path("s.yaml"), rows, title="t")
    cells = study.cells()
    return study, [
        Outcome(cell, one, "" if one else "no memory") for cell, one in zip(cells, made, strict=True)
    ]


def test_figures_are_those_of_the_predictions(outcomes):
    study, ended = outcomes
    found = results(study, ended)
    assert [result.cell.row.name for result in found] == ["good", "same", "bad"]
    for result, outcome in zip(found, ended, strict=False):
        welds = outcome.finished.welds
        assert result.figure == "mae"
        assert result.found["value"] == pytest.approx(mean_absolute_error(welds["truth"], welds["value"]))


def test_what_is_claimed(outcomes):
    found = results(*outcomes)
    assert [result.over_baseline.verdict for result in found] == ["beats", "does not beat", "is beaten by"]
    assert found[0].over_first is None
    assert [result.over_first.verdict for result in found[1:]] == ["is beaten by", "is beaten by"]
    for result in found:
        assert result.over_baseline.corrected >= result.over_baseline.difference.p
    welds = [outcome.finished.welds for outcome in outcomes[1][:3]]
    errors = [np.abs(table["value"] - table["truth"]).mean() for table in welds]
    assert found[2].over_first.difference.value == pytest.approx(errors[0] - errors[2])


def test_a_single_false_positive_among_many_is_not_claimed():
    """Twenty rows as good as their baseline: uncorrected some would be claimed, corrected none."""
    rows = [Row(f"r{number}") for number in range(20)]
    study = Study(Path("s.yaml"), rows)
    ended = [Outcome(cell, finished(1.5, 100 + n, 1.5)) for n, cell in enumerate(study.cells())]
    found = results(study, ended)
    assert any(result.over_baseline.difference.p < 0.15 for result in found)
    assert not [r for r in found if r.over_baseline.verdict in ("beats", "is beaten by")]


def test_the_sheet_marks_and_links(outcomes):
    study, ended = outcomes
    (sheet,) = sheets(study, results(study, ended), ended, {"depth": "mm"})
    cells = {row.name: row.cells[0] for row in sheet.rows}
    assert sheet.columns == ["mean absolute error (mm)"]
    assert "†" not in cells["good"].text
    assert "‡" not in cells["good"].text
    assert cells["same"].text.endswith("†↓")
    assert "††" not in cells["same"].text
    assert cells["bad"].text.endswith("††↓")
    assert cells["broken"].text == "failed"
    assert cells["good"].report == "runs/1/report.html"
    assert sheet.rows[0].published == ["0.5"]
    assert "trees" in sheet.baseline[0]


def test_every_row_shows_the_baseline_that_decides_its_mark(tmp_path):
    """The row with the smaller error is marked, the other is not: its own baseline is worse still."""
    beside = {"both": 0.55, "one": 3.0}
    study = Study(Path("s.yaml"), [Row(name) for name in beside], title="t")
    made = [finished(0.5, 1, beside["both"]), finished(1.0, 2, beside["one"])]
    ended = [Outcome(cell, one) for cell, one in zip(study.cells(), made, strict=True)]
    found = results(study, ended)
    (sheet,) = sheets(study, found, ended, {})
    assert ["†" in row.cells[0].text for row in sheet.rows] == [True, False]
    windows = [frame(error, 7)[0] for error in beside.values()]
    theirs = [f"{mean_absolute_error(one['truth'], one['value']):.3f} (trees)" for one in windows]
    assert [row.simple for row in sheet.rows] == theirs
    assert [line[-1] for line in terminal_rows(sheet)] == [SIMPLE, *theirs, ""]
    table = [line for line in markdown(study, [sheet], ended).splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
    assert [line.split(" | ")[-1].removesuffix(" |") for line in (table[0], *table[2:4])] == [SIMPLE, *theirs]
    write_study_page(tmp_path / "table.html", study, [sheet], found, ended)
    page = (tmp_path / "table.html").read_text("utf-8")
    below = [f"<br><small>{one.replace(' (trees)', ' trees')}</small>" for one in theirs]
    assert [page.count(one) for one in below] == [1, 1]
    assert all(len(re.findall("<t[hd]", line)) == 3 for line in page.splitlines() if "<br><small>" in line)


def test_a_worse_figure_without_an_interval_is_explained():
    """Three groups: a mark that shows nothing, as table and terminal say."""
    study = Study(Path("s.yaml"), [Row("worse"), Row("better")], title="t")
    made = [finished(2.0, 1, 1.0, group=20), finished(0.5, 2, 1.0, group=20)]
    ended = [Outcome(cell, one) for cell, one in zip(study.cells(), made, strict=True)]
    (sheet,) = sheets(study, results(study, ended), ended, {})
    assert [row.cells[0].text[-1] for row in sheet.rows] == ["†", "‡"]
    assert "worse figure without an interval has † too, which shows nothing" in markdown(
        study, [sheet], ended
    )
    line = legend([sheet])
    assert "worse figure without an interval, which shows nothing" in line
    assert [mark in line for mark in ("†", "††", "‡", "↑", "↓", "§")] == [True, False, True, *[False] * 3]


@pytest.mark.parametrize("published", [{}, {"": 0.5}])
def test_the_source_is_told_with_published_figures_and_without(published):
    study = Study(Path("s.yaml"), [Row("a", published=published)], title="t", source="Smith 2020")
    ended = [Outcome(study.cells()[0], finished(1.0, 1, 1.5))]
    text = markdown(study, sheets(study, results(study, ended), ended, {}), ended)
    assert text.count("Smith 2020.") == 1
    assert ("Published figures are of other welds" in text) == bool(published)


def test_too_few_groups_for_an_interval_are_told_once_below_the_table(outcomes):
    study = Study(Path("s.yaml"), [Row("a"), Row("b")], title="t", figures=("mae", "rmse"))
    ended = [Outcome(cell, finished(1.0, n, 1.5, group=20)) for n, cell in enumerate(study.cells())]
    made = sheets(study, results(study, ended), ended, {})
    text = markdown(study, made, ended)
    assert "[0" not in made[0].rows[0].cells[0].text
    assert made[0].remark == "Without brackets: too few groups for an interval (only 3 groups)."
    assert text.count(made[0].remark) == 1
    (limit,) = [line for line in text.splitlines() if line.startswith("- What these welds cannot show: ")]
    assert limit.endswith("only 3 groups: too few for an interval, which needs 5")
    few = [Outcome(ended[0].cell, finished(1.0, 1, 1.5, group=12))]
    rough = markdown(study, sheets(study, results(study, few), few, {}), few)
    assert "only 5 groups: intervals are rough\n" in rough
    assert "Without brackets" not in rough
    table = [number for number, line in enumerate(text.splitlines()) if line.startswith("|")]
    assert text.splitlines()[table[-1] + 2] == made[0].remark
    many = sheets(outcomes[0], results(*outcomes), outcomes[1], {})
    assert many[0].remark == ""


def test_the_csv_has_one_line_a_figure(outcomes):
    study, ended = outcomes
    wanted = replace(study, figures=("mae", "rmse"))
    found = results(wanted, ended)
    table = as_frame(found, {one.cell.name: one.finished for one in ended if one.finished})
    assert list(table["figure"]) == ["mae", "rmse"] * 3
    assert table["over_baseline_verdict"].iloc[0] == "beats"
    assert set(table["parameters"]) == {1234}
    assert table["over_baseline_p_holm"].between(0, 1).all()


CLAIMED = ("beats", "is beaten by")


@pytest.mark.parametrize("left_out", [{"bad"}, {"good"}, {"same", "bad", "none 1", "none 2"}])
def test_what_is_claimed_of_a_part_of_the_rows_is_claimed_of_all(left_out):
    """Rows that are not finished count in Holm's correction, as if their p-values were 1."""
    errors = {"good": 1.1, "same": 1.3, "bad": 1.8, **{f"none {n}": 1.5 for n in range(8)}}
    study = Study(Path("s.yaml"), [Row(name) for name in errors], figures=("mae", "rmse", "bias"))
    shown = [("depth", figure) for figure in study.figures]
    whole = [Outcome(cell, finished(error, n, 1.5), shown=shown)
             for n, (cell, error) in enumerate(zip(study.cells(), errors.values(), strict=True))]  # fmt: skip
    part = [replace(o, finished=None, failure="not run") if o.cell.row.name in left_out else o for o in whole]
    of_whole = {(r.cell.name, r.figure): r for r in results(study, whole)}
    of_part = {(r.cell.name, r.figure): r for r in results(study, part)}
    for side, family in (("over_baseline", 2 * len(errors)), ("over_first", 2 * (len(errors) - 1))):
        found = {place: one for place, r in of_part.items() if (one := getattr(r, side)) is not None}
        ps = [one.p for one in found.values()]
        expected = multipletests([*ps, *[1.0] * (family - len(ps))], method="holm")[1][: len(ps)]
        assert [one.corrected for one in found.values()] == pytest.approx(list(expected))
        for place, one in found.items():
            later = getattr(of_whole[place], side)
            assert later.corrected <= one.corrected + 1e-12
            assert one.verdict not in CLAIMED or later.verdict == one.verdict
    assert {r.over_first for r in of_whole.values() if r.figure == "bias"} == {None}


@pytest.mark.parametrize(("changes", "expected"), [
    ({"targets": ("deph",)}, "targets: no 'deph'; did you mean depth?"),
    ({"figures": ("maee",)}, "figures: no 'maee'; did you mean mae?"),
])  # fmt: skip
def test_unknown_names_are_told(outcomes, changes, expected):
    study, ended = outcomes
    with pytest.raises(ConfigError, match=r"s\.yaml: ") as told:
        results(replace(study, **changes), ended)
    assert expected in str(told.value)


def test_each_figure_is_beside_the_baseline_that_is_best_by_it():
    """One baseline has small errors but some large ones, the other the opposite: MAE and RMSE differ."""
    rng = np.random.default_rng(5)
    ours, beside = frame(1.0, 1), {}
    for name, errors in {
        "steady": np.full(WELDS, 1.2),
        "wild": np.where(rng.random(WELDS) < 0.1, 6.0, 0.1),
    }.items():
        windows = ours[0].assign(value=ours[0]["truth"] + errors)
        beside[name] = (windows, join_windows(windows))
    metrics = evaluate(*ours, beside, 0, resamples=200)
    study = Study(Path("s.yaml"), [Row("a")], figures=("mae", "rmse", "r2", "bias"))
    ended = [Outcome(study.cells()[0], Finished(metrics, ours[1], 1, 1.0, ""))]
    found = {result.figure: result for result in results(study, ended)}
    (sheet,) = sheets(study, list(found.values()), ended, {})
    values = {figure: f"{found[figure].theirs['value']:.3f}" for figure in ("mae", "rmse", "r2")}
    told = f"{values['mae']} (wild); {values['rmse']} · {values['r2']} (steady); –"
    assert sheet.rows[0].simple == told
    by = {figure: result.baseline for figure, result in found.items()}
    assert by == {"mae": "wild", "rmse": "steady", "r2": "steady", "bias": None}
    theirs = beside["steady"][1]
    rmse = np.sqrt(np.mean((theirs["value"] - theirs["truth"]) ** 2))
    assert found["rmse"].theirs["value"] == pytest.approx(rmse)
    assert found["rmse"].over_baseline.difference.value == pytest.approx(rmse - found["rmse"].found["value"])


def test_fractions_are_columns_beside_the_published_ones():
    rows = [Row("a", published={"10 %": 0.25}), Row("b")]
    study = Study(Path("s.yaml"), rows, fractions=(0.1, 1.0), columns="fractions")
    ended = [Outcome(cell, finished(1.0, n, 1.5)) for n, cell in enumerate(study.cells())]
    (sheet,) = sheets(study, results(study, ended), ended, {})
    assert sheet.columns == ["10 % (40 welds)", "100 % (40 welds)"]
    assert sheet.rows[0].published == ["0.25", ""]
    both = replace(study, figures=("mae", "rmse"))
    for column, expected in (("10 %", [["0.25", ""], ["", ""]]), ("rmse 10 %", [["", ""], ["0.25", ""]])):
        named = replace(both, rows=[Row("a", published={column: 0.25}), Row("b")])
        made = sheets(named, results(named, ended), ended, {})
        assert [sheet.rows[0].published for sheet in made] == expected
    firsts = {r.cell.name: r.over_first for r in results(study, ended)}
    assert [name for name, one in firsts.items() if one is None] == ["a-10pc", "a-100pc"]


@pytest.mark.parametrize(("share", "columns", "title"), [
    (
        0.5,
        ["1 % (40 welds, in fact 50 %)", "100 % (40 welds)"],
        "1 % of the training welds (in fact 50 %, 40 welds)",
    ),
    (0.012, ["1 % (40 welds)", "100 % (40 welds)"], "1 % of the training welds"),
])  # fmt: skip
def test_the_heading_tells_the_share_that_whole_groups_made_of_a_fraction(share, columns, title):
    study = Study(Path("s.yaml"), [Row("a"), Row("b")], fractions=(0.01, 1.0), columns="fractions")
    facts = Facts(1, "", 1, [5], False, "d", 1.0)
    shares = {0.01: share, 1.0: 1.0}
    ended = [Outcome(cell, finished(1.0, n, 1.5), facts=replace(facts, share=shares[cell.fraction]))
             for n, cell in enumerate(study.cells())]  # fmt: skip
    (sheet,) = sheets(study, results(study, ended), ended, {})
    assert sheet.columns == columns
    study = replace(study, columns="figures")
    titles = [sheet.title for sheet in sheets(study, results(study, ended), ended, {})]
    assert titles == [title, "100 % of the training welds"]


def test_a_row_that_is_worse_is_told_so_with_its_interval_turned(outcomes):
    study, ended = outcomes
    lines = {line[0]: line for line in differences_lines(results(study, ended))}
    bad = next(result for result in results(study, ended) if result.cell.row.name == "bad").over_first
    size, lower, upper = -bad.difference.value, -bad.difference.interval.upper, -bad.difference.interval.lower
    assert 0 < lower < size < upper
    assert lines["bad"][7] == f"worse by {size:.3f} [{lower:.3f}, {upper:.3f}]"
    assert lines["good"][4].startswith("better by 0.")
    assert not [cell for line in lines.values() for cell in line if "by −" in cell]


@pytest.mark.parametrize(("failure", "expected"), [
    ("1 of 3 seeds: run it again", "1 of 3 seeds"),
    ("not run", "not run"),
    ("not evaluated: only by another version; run it again", "not evaluated"),
    ("loss is nan; see logs/a-100pc.log", "failed"),
])  # fmt: skip
def test_a_cell_without_figures_says_how_far_it_is(failure, expected):
    study = Study(Path("s.yaml"), [Row("a"), Row("b")])
    first, second = study.cells()
    ended = [Outcome(first, finished(1.0, 1, 1.5)), Outcome(second, failure=failure)]
    (sheet,) = sheets(study, results(study, ended), ended, {})
    assert sheet.rows[1].cells[0].text == expected


@pytest.mark.parametrize("seeds", [1, 2])
def test_with_any_number_of_seeds_a_claim_is_of_these_networks_and_the_table_says_so(seeds):
    study = Study(Path("s.yaml"), [Row("a")])
    frames = [pd.concat([one.assign(seed=n) for n in range(seeds)]) for one in frame(1.0, 1)]
    made = Finished(evaluate(*frames, {}, 0, resamples=50), frames[1], 1, 1.0, "")
    ended = [Outcome(study.cells()[0], made)]
    text = markdown(study, sheets(study, results(study, ended), ended, {}), ended)
    (line,) = [line for line in text.splitlines() if "these trained networks" in line]
    assert "other seeds would give is in no interval" in line


def test_cells_of_a_study():
    study = Study(Path("s.yaml"), [Row("a"), Row("b")], fractions=(0.5, 1.0))
    assert [cell.name for cell in study.cells(["b"])] == ["b-50pc", "b-100pc"]
    assert study.cells()[0] == Cell(Row("a"), 0.5)
