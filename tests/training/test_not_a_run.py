"""What is told of a path that is no run folder."""

import pytest

from weldfusion.errors import RunError
from weldfusion.training.folder import RunFolder
from weldfusion.training.not_a_run import why_no_run


@pytest.fixture
def study(tmp_path):
    """A study's folder with three runs."""
    for name in ("image-50pc", "parameters-100pc", "parameters-50pc"):
        (tmp_path / "mine" / "runs" / name).mkdir(parents=True)
        (tmp_path / "mine" / "runs" / name / "run.json").write_text("{}")
    (tmp_path / "mine" / "splits").mkdir()
    return tmp_path / "mine"


def test_a_misspelt_run_is_told_beside_those_that_are_there(study):
    with pytest.raises(RunError) as told:
        RunFolder(study / "runs" / "parameter-50pc").info()
    assert str(told.value).startswith(
        f"{study}/runs/parameter-50pc: no such folder; did you mean parameters-50pc"
    )


def test_where_no_runs_lie_beside_it_only_the_folder_is_missing(tmp_path):
    assert why_no_run(tmp_path / "runs" / "mine") == why_no_run(tmp_path / "mine") == "no such folder"


def test_a_study_tells_where_its_runs_are(study):
    runs = study / "runs"
    assert why_no_run(study) == f"a study; its runs are in {runs}: image-50pc, parameters-100pc, …"
    (study / "splits").rmdir()
    assert why_no_run(study).startswith(f"not a run folder; its runs are in {runs}: ")
    assert why_no_run(runs) == f"not a run folder; its runs are in {runs}: image-50pc, parameters-100pc, …"


def test_any_other_folder_or_file_is_no_run(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file"):
        assert why_no_run(path) == "not a run folder (no readable run.json)"
