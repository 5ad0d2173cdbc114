"""`weldfusion explain` in this process on a small run: files, figures, errors in one line."""

import json
import re
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

import weldfusion as wf
from tests.report.test_page import Page
from tests.training.tiny_data import write_tiny
from weldfusion.cli.main import main
from weldfusion.errors import RunError
from weldfusion.explain.storage import read_explanation
from weldfusion.run.explaining import explain_run

FIT = ["--trainer.max_epochs=2", "--trainer.accelerator=cpu", "--training.batch_size=8", "--split.test=0.5"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the data set `tiny` and its finished run `runs/tiny`."""
    folder = tmp_path_factory.mktemp("explain")
    write_tiny(folder / "tiny", welds=40, groups=10)
    assert main(["fit", str(folder / "tiny"), "--folder", str(folder / "runs" / "tiny"), *FIT]) == 0
    return folder


@pytest.fixture(autouse=True)
def _there(place, monkeypatch):
    monkeypatch.chdir(place)


@pytest.fixture(scope="module")
def explained(place):
    """The explanation of the test part, and its page."""
    run = wf.Run(place / "runs" / "tiny")
    explanation = run.explain()
    return explanation, (run.explanation_folder() / "explanation.html").read_text(encoding="utf-8")


def test_prints_findings_and_writes_every_file(place, capsys):
    assert main(["explain", "runs/tiny"]) == 0
    shown = capsys.readouterr().out
    folder = place / "runs" / "tiny" / "explanation" / "tiny-test"
    assert "report: runs/tiny/explanation/tiny-test/explanation.html" in shown
    assert "defect: the model relies most on" in shown
    assert "The shares add up to the prediction" in shown
    names = {"explanation.html", "explanation.json", "shares.parquet", "maps.npz", "attention.npz"}
    assert names <= {path.name for path in folder.iterdir()}
    assert json.loads((folder / "explanation.json").read_text())["figures"]["completeness"] < 1e-5


def test_shares_lead_from_nothing_to_what_predict_says(place, explained):
    explanation, _ = explained
    frame, _ = wf.Run(place / "runs" / "tiny").predictions()
    keys = ["weld", "window", "target", "class"]
    ends = explanation.shares.groupby(keys)[["base", "full"]].first()
    moved = explanation.shares.groupby(keys)["share"].sum()
    said = frame.set_index(keys)["value"].reindex(ends.index)
    assert np.allclose(ends["full"], said, rtol=1e-5, atol=1e-5)
    assert np.allclose(ends["base"] + moved, said, rtol=1e-5, atol=1e-5)
    absent = explanation.shares[~explanation.shares["present"]]
    assert len(absent)
    assert (absent["share"] == 0).all()
    groups = frame.groupby("weld")["group"].first()
    told = explanation.shares.groupby("weld")["group"].first()
    pd.testing.assert_series_equal(told, groups.reindex(told.index), check_dtype=False)


def test_the_page_stands_alone_and_has_its_pages(explained):
    explanation, text = explained
    parsed = Page(text)
    assert not re.search(r"https?:|<script", re.sub(r"data:image/[^\"]*", "", text))
    assert all(address.startswith(("#", "data:")) for _, address in parsed.addresses)
    assert 1 <= len(explanation.detailed) <= 6
    for number, weld in enumerate(explanation.detailed, 1):
        assert f'id="weld-{number}"' in text
        assert f"Weld {weld}" in parsed.texts
    for title in ("In short", "defect: good", "defect: pore", "force"):
        assert title in parsed.texts


def test_what_is_read_back_is_what_was_given(place, explained):
    explanation, _ = explained
    again = read_explanation(place / "runs" / "tiny" / "explanation" / "tiny-test")
    assert again.detailed == explanation.detailed
    pd.testing.assert_frame_equal(again.shares, explanation.shares, check_dtype=False)


def test_named_welds_and_class(place, explained, capsys):
    welds = explained[0].welds[:2]
    assert main(["explain", "runs/tiny", "--welds", ", ".join(welds), "--class", "pore"]) == 0
    capsys.readouterr()
    folder = place / "runs" / "tiny" / "explanation" / "tiny-test"
    assert list(read_explanation(folder).detailed) == welds
    text = (folder / "explanation.html").read_text()
    assert "What speaks for and against defect: pore" in text
    assert "What speaks for and against force" not in text
    assert "What speaks for and against defect: good" not in text


def test_another_folder_is_explained_as_a_whole(place, capsys):
    assert main(["explain", "runs/tiny", "--data", "tiny", "--welds", "w00"]) == 0
    capsys.readouterr()
    folder = place / "runs" / "tiny" / "explanation" / "tiny-all"
    assert len(read_explanation(folder).welds) == 40
    assert "were seen in training" in (folder / "explanation.html").read_text()


@pytest.mark.parametrize(("words", "expected"), [
    (["--welds", "w0"], "no weld 'w0'; did you mean"),
    (["--welds", "w00,,w01"], "an empty name"),
    (["--class", "por"], "the run predicts no class 'por'; did you mean pore?"),
    (["--part", "tset"], "no part 'tset'; did you mean test"),
    (["--data", "nowhere"], "nowhere"),
    (["--weld", "w00"], "no option --weld; did you mean --welds"),
])  # fmt: skip
def test_errors_are_one_line(words, expected, capsys):
    assert main(["explain", "runs/tiny", *words]) == 2
    told = capsys.readouterr().err
    assert expected in told
    assert len(told.splitlines()) == 1


def test_a_weld_of_another_part_is_told_where_it_is(place, capsys):
    split = pd.read_csv(place / "runs" / "tiny" / "split.csv", dtype=str)
    weld = split[split["part"] == "fit"]["weld"].iloc[0]
    assert main(["explain", "runs/tiny", "--welds", weld]) == 2
    assert (
        f"weld '{weld}' is in the part fit of this run, not in test; write --part all"
        in capsys.readouterr().err
    )


def test_an_unfinished_run_is_told(place, tmp_path, capsys):
    leave = shutil.ignore_patterns("explanation")
    shutil.copytree(place / "runs" / "tiny", tmp_path / "half", ignore=leave)
    for state in (tmp_path / "half").rglob("2-network.pt"):
        state.unlink()
    assert main(["explain", str(tmp_path / "half")]) == 2
    told = capsys.readouterr().err
    assert "not finished; run the same fit again" in told
    assert len(told.splitlines()) == 1
    assert not (tmp_path / "half" / "explanation").exists()


def test_more_than_twelve_sensors_are_refused_before_anything_is_read():
    data = SimpleNamespace(inputs=dict.fromkeys(map(str, range(13))), targets=None)
    run = SimpleNamespace(settings=SimpleNamespace(data=data), card=SimpleNamespace(targets={}))
    with pytest.raises(RunError, match=r"13 sensors.*up to 12 sensors"):
        explain_run(run, "test", None, (), None)


def test_a_foreign_run_runs_no_foreign_code(place, tmp_path, capsys):
    shutil.copytree(place / "runs" / "tiny", tmp_path / "foreign")
    file = tmp_path / "foreign" / "config.yaml"
    config = yaml.safe_load(file.read_text())
    config["model"]["encoders"] = {"curve": {"class_path": "planted.Encoder", "init_args": {}}}
    file.write_text(yaml.safe_dump(config))
    assert main(["explain", str(tmp_path / "foreign")]) == 2
    assert "add --trust planted" in capsys.readouterr().err


def test_help_teaches(capsys):
    assert main(["explain", "--help"]) == 0
    shown = capsys.readouterr().out
    for word in ("--welds", "--class", "--part", "--data", "Shapley", "docs/explain.md", "not what"):
        assert word in shown
