import json
from importlib.metadata import version

import pytest
import torch

import weldfusion
from weldfusion.errors import RunError
from weldfusion.training.folder import RunFolder, open_run

CONFIG = {"model": {"encoders": {"sound": {"class_path": "X"}}}, "seed": 0, "trainer": {"max_epochs": 3}}


def test_new_run_and_the_same_again(tmp_path):
    run = open_run(tmp_path / "a", CONFIG, [("fold-1", 0), ("fold-1", 1)])
    assert run.resolved() == CONFIG
    info = run.info()
    assert info["status"] == "unfinished"
    assert info["weldfusion"] == weldfusion.__version__
    assert (
        info["packages"]["torch"] == torch.__version__.split("+")[0]
        or info["packages"]["torch"] == torch.__version__
    )
    assert info["threads"] == torch.get_num_threads()
    kept = dict(line.split("==") for line in run.environment.read_text().splitlines())
    assert kept["torch"] == version("torch")
    assert {"numpy", "weldfusion"} <= set(kept)
    run.note(status="finished")
    again = open_run(tmp_path / "a", CONFIG, [("fold-1", 0), ("fold-1", 1)])
    assert again.info() == {**info, "status": "finished"}
    assert again.folds() == [("fold-1", 0), ("fold-1", 1)]
    assert again.fold("fold-1", 1) == tmp_path / "a" / "fold-1-seed1"


def test_another_config_is_refused_with_the_key(tmp_path):
    open_run(tmp_path, CONFIG, [])
    with pytest.raises(RunError, match=r"another config \(trainer.max_epochs differs\)"):
        open_run(tmp_path, {**CONFIG, "trainer": {"max_epochs": 4}}, [])


@pytest.mark.parametrize("content", [None, "no json", json.dumps({"schema": 99})])
def test_not_a_run_folder(tmp_path, content):
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(RunError, match=r"run folder|schema 99, expected 1"):
        RunFolder(tmp_path).info()


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(RunError, match="is not a run folder"):
        open_run(tmp_path, CONFIG, [])
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]
