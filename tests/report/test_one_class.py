"""The mark, the notes and the warning where a network says one class for every weld."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from tests.evaluation.made import long_frame
from weldfusion.cli.figures import figures_text
from weldfusion.evaluation.evaluate import evaluate
from weldfusion.report.elements import Heading, WarningBox
from weldfusion.report.evaluation import Background, evaluation_report
from weldfusion.report.one_class import NOTE, WHAT_TO_TRY, one_class_line
from weldfusion.report.study import markdown, write_study_page
from weldfusion.report.study_sheets import sheets
from weldfusion.studies.results import Finished, Outcome, as_frame, results
from weldfusion.studies.study import Row, Study

WELDS = 24
HISTORIES = {
    "fold1 seed 0": pd.DataFrame({"epoch": [1, 2, 3], "train_loss": [1.104, 1.2, 1.09]}),
    "fold2 seed 0": pd.DataFrame({"epoch": [1, 2, 3], "train_loss": [1.104, 0.9, 0.4]}),
}
LINE = (
    "1 of 2 networks says one class for every weld: fold1 seed 0 “good” for all 12, true of 6 "
    "(probabilities at most 0.020 apart, training loss 1.10 → 1.09)."
)


def frames(still: bool, target: str = "quality") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predictions of two folds per window (one a weld) and per weld: all right, but one class in the first
    fold if `still`."""
    number = np.arange(WELDS)
    truth = np.eye(2)[number // 2 % 2]
    good = np.where(truth[:, 0] == 1, 0.9, 0.2)
    if still:
        good[::2] = np.where(number[::2] % 3, 0.62, 0.60)
    value = np.stack([good, 1 - good], axis=1)
    group = [f"g{one // 2:02d}" for one in number]
    fold = np.repeat([f"fold{one % 2 + 1}" for one in number], 2)
    made = [long_frame(truth, value, group, ("good", "pore"), "class", target, windows=w) for w in (1, None)]
    return made[0].assign(fold=fold), made[1].assign(fold=fold)


def left(still: bool) -> Finished:
    made = frames(still)
    metrics = evaluate(*made, {"trees": frames(False)}, 0, resamples=50)
    return Finished(metrics, made[1], 1234, 40.0, "r.html", histories=HISTORIES)


def study() -> tuple[Study, list[Outcome]]:
    made = Study(Path("s.yaml"), [Row("first"), Row("stays", note="ours")], title="t")
    cells = made.cells()
    return made, [Outcome(cells[0], left(False)), Outcome(cells[1], left(True))]


def test_the_line_tells_fold_class_and_losses():
    assert one_class_line(frames(True)[1], "quality", HISTORIES) == LINE
    assert one_class_line(frames(False)[1], "quality", HISTORIES) == ""
    without = one_class_line(frames(True)[1], "quality", {})
    assert without == LINE.replace(", training loss 1.10 → 1.09", "")


def test_of_many_networks_some_are_named_and_the_others_counted():
    many = pd.concat([frames(True)[1].assign(seed=seed) for seed in range(5)])
    line = one_class_line(many, "quality", {})
    assert line.startswith("5 of 10 networks say one class for every weld: fold1 seed 0 “good”")
    assert line.endswith("; and 2 more.")
    assert "seed 2" in line
    assert "seed 3" not in line


def test_a_table_marks_the_row_and_says_below_what_it_means(tmp_path):
    made, ended = study()
    found = results(made, ended)
    (sheet,) = sheets(made, found, ended, {})
    assert [row.cells[0].text.endswith("§") for row in sheet.rows] == [False, True]
    lines = markdown(made, [sheet], ended).splitlines()
    place = lines.index(f"- {NOTE}")
    assert lines[place + 1] == f"- stays: § {LINE}"
    write_study_page(tmp_path / "table.html", made, [sheet], found, ended)
    page = (tmp_path / "table.html").read_text("utf-8")
    assert LINE in page
    assert NOTE in page
    table = as_frame(found, {one.cell.name: one.finished for one in ended})
    assert list(table["one_class"]) == [0, 1]


def test_the_note_tells_the_fraction_where_there_are_several():
    made = Study(Path("s.yaml"), [Row("stays")], fractions=(0.5, 1.0), title="t")
    cells = made.cells()
    ended = [Outcome(cells[0], left(True)), Outcome(cells[1], left(False))]
    made_sheets = sheets(made, results(made, ended), ended, {})
    assert f"- stays: § (50 %) {LINE}\n" in markdown(made, made_sheets, ended)


def test_without_such_a_row_there_is_no_note():
    made, ended = study()
    ended[1] = replace(ended[1], finished=left(False))
    text = markdown(made, sheets(made, results(made, ended), ended, {}), ended)
    assert "§" not in text


def test_the_page_of_an_evaluation_warns_at_the_top_of_the_target():
    for still in (True, False):
        made = [pd.concat(pair) for pair in zip(frames(still), frames(False, "other"), strict=True)]
        metrics = evaluate(*made, {}, 0, resamples=50)
        elements = evaluation_report(metrics, *made, Background(histories=HISTORIES), lambda weld: {})
        boxes = [place for place, one in enumerate(elements)
                 if isinstance(one, WarningBox) and one.lines[0] == f"quality: {LINE}"]  # fmt: skip
        assert len(boxes) == still
        assert all(elements[place - 1] == Heading("Per weld: quality") for place in boxes)
        assert sum(isinstance(e, WarningBox) and WHAT_TO_TRY in e.lines for e in elements) == still


def test_the_terminal_warns_below_the_verdict():
    metrics = evaluate(*frames(True), {}, 0, resamples=50)
    verdict, warning, *_ = figures_text(metrics, {}, {"quality": LINE}).split("\n\n")
    assert verdict.startswith("quality: ")
    assert " ".join(warning.split()) == f"warning: quality: {LINE} {WHAT_TO_TRY}"
    assert "one class for every weld" not in figures_text(metrics, {})
