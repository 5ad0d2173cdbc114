"""What is finished of a study is known by its files."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from weldfusion.data.dealing import Fold
from weldfusion.data.folder import Dataset
from weldfusion.evaluation.evaluate import SCHEMA
from weldfusion.run.study_outcome import outcome_file, unfinished, unfinished_with_log
from weldfusion.run.study_plan import Planned
from weldfusion.studies.study import Cell, Row
from weldfusion.training.settings import FitSettings

FINISHED = {
    "failure": "", "parameters": 9, "evaluation": "d-test", "seeds": 1, "training_s": 1.5, "resumed": False,
}  # fmt: skip


@pytest.fixture
def planned():
    nothing = Dataset(Path("d"), None, (), ())
    return Planned(Cell(Row("a"), 1.0), FitSettings(), {"seeds": 1}, nothing, [], Path("s"), Path("r"))


def test_a_cell_whose_run_was_deleted_is_to_be_run_again(planned, tmp_path):
    one = replace(planned, run=tmp_path / "runs" / "a")
    file = outcome_file(tmp_path, one)
    file.parent.mkdir()
    file.write_text(json.dumps(FINISHED))
    assert unfinished(tmp_path, one) == "not evaluated: the files are not there; run it again"


@pytest.mark.parametrize(
    "damaged",
    ["", "[]", "{}"]
    + [json.dumps({k: v for k, v in FINISHED.items() if k != lacking}) for lacking in FINISHED],
)
def test_a_cell_whose_file_is_damaged_is_to_be_run_again(planned, damaged, tmp_path):
    one = replace(planned, run=tmp_path / "runs" / "a", folds=[Fold("fold1", {})])
    file = outcome_file(tmp_path, one)
    file.parent.mkdir()
    file.write_text(damaged)
    assert unfinished(tmp_path, one) == "not run"


@pytest.mark.parametrize(("seeds", "expected"), [(1, "1 of 2 seeds: run it again"), (2, "")])
def test_a_cell_with_fewer_seeds_than_asked_for_is_to_be_run_again(planned, seeds, expected, tmp_path):
    one = replace(planned, run=tmp_path / "runs" / "a", resolved={"seeds": 2})
    file, place = outcome_file(tmp_path, one), one.run / "evaluation" / "d-test"
    for folder in (file.parent, place):
        folder.mkdir(parents=True)
    file.write_text(json.dumps(FINISHED | {"seeds": seeds}))
    (place / "metrics.json").write_text(json.dumps({"schema": SCHEMA}))
    (place / "predictions_weld.parquet").touch()
    assert unfinished(tmp_path, one) == expected


@pytest.mark.parametrize(("there", "expected"), [
    ([], "not run"),
    (["fold1-seed0"], "not run"),
    (["fold1-seed0", "fold2-seed0", "fold1-seed1"], "1 of 3 seeds: not evaluated yet; run it again"),
])  # fmt: skip
def test_seeds_whose_every_fold_is_trained_are_told_of_an_interrupted_cell(
    planned, there, expected, tmp_path
):
    run = tmp_path / "runs" / "a"
    folds = [Fold("fold1", {}), Fold("fold2", {})]
    one = replace(planned, run=run, resolved={"seeds": 3}, folds=folds)
    for name in there:
        (run / name).mkdir(parents=True)
        (run / name / "2-network.pt").touch()
    assert unfinished(tmp_path, one) == expected


def test_only_a_cell_that_failed_leads_to_its_log(planned, tmp_path):
    one, log = replace(planned, run=tmp_path / "runs" / "a"), Path("logs/a-100pc.log")
    folds = [Fold("fold1", {})]
    assert unfinished_with_log(tmp_path, replace(one, folds=folds), log) == "not run"
    file = outcome_file(tmp_path, one)
    file.parent.mkdir()
    file.write_text(json.dumps({"failure": "loss is nan"}))
    assert unfinished_with_log(tmp_path, one, log) == "loss is nan; see logs/a-100pc.log"
    file.write_text(json.dumps(FINISHED))
    assert unfinished_with_log(tmp_path, one, log).startswith("not evaluated: the files are not there")


def test_an_evaluation_of_another_version_is_to_be_made_again(planned, tmp_path):
    one = replace(planned, run=tmp_path / "runs" / "a")
    file, place = outcome_file(tmp_path, one), one.run / "evaluation" / "d-test"
    for folder in (file.parent, place):
        folder.mkdir(parents=True)
    file.write_text(json.dumps(FINISHED))
    (place / "predictions_weld.parquet").touch()
    for schema, expected in ((1, "not evaluated: only by another version; run it again"), (SCHEMA, "")):
        (place / "metrics.json").write_text(json.dumps({"schema": schema}))
        assert unfinished(tmp_path, one) == expected
